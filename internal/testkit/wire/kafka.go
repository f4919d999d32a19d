package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Kafka starts a proxy to a broker. There must be one broker only: every address that its answers name becomes the proxy's.
func Kafka(t testing.TB, server string) *Proxy {
	t.Helper()
	p := newProxy(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.Addr = l.Addr().String()
	var open sync.WaitGroup
	t.Cleanup(func() {
		p.end()
		_ = l.Close()
		open.Wait()
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { p.carry(client, server) })
		}
	}()
	return p
}

// carry passes one connection's requests on, one after the other, as a broker carries them out.
func (p *Proxy) carry(client net.Conn, server string) {
	defer client.Close()
	stop := closeWith(p, client)
	defer stop()
	up := &upstream{proxy: p, server: server}
	defer up.close()
	for {
		request, err := frame(client)
		if err != nil || len(request) < 8+4 {
			return
		}
		e := &envelope{up: up, client: client, self: p.Addr, request: request}
		p.meet(&Exchange{Name: kmsg.NameForKey(e.key()), deliver: e.deliver, answer: e.respond, cut: e.cut})
		if !e.answered {
			return
		}
	}
}

// closeWith closes a connection when the proxy is closed.
func closeWith(p *Proxy, conn net.Conn) (stop func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-p.ctx.Done():
			_ = conn.Close()
		case <-done:
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// frame reads a size and as many bytes, and returns both.
func frame(from io.Reader) ([]byte, error) {
	size := make([]byte, 4)
	if _, err := io.ReadFull(from, size); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size)
	if n > 256<<20 {
		return nil, fmt.Errorf("a frame of %d bytes", n)
	}
	whole := append(size, make([]byte, n)...)
	_, err := io.ReadFull(from, whole[4:])
	return whole, err
}

// upstream is the connection to the broker, opened when it is needed.
type upstream struct {
	proxy  *Proxy
	server string
	conn   net.Conn
	stop   func()
}

func (u *upstream) open() (net.Conn, error) {
	if u.conn != nil {
		return u.conn, nil
	}
	conn, err := (&net.Dialer{}).DialContext(u.proxy.ctx, "tcp", u.server)
	if err != nil {
		return nil, err
	}
	u.conn, u.stop = conn, closeWith(u.proxy, conn)
	return conn, nil
}

func (u *upstream) close() {
	if u.conn != nil {
		u.stop()
		_ = u.conn.Close()
		u.conn = nil
	}
}

// envelope is one request of Kafka's protocol with its answer, both with their size in front.
type envelope struct {
	up       *upstream
	client   net.Conn
	self     string
	request  []byte
	reply    []byte
	answered bool
}

// The head of a request (Kafka protocol, "Request Header"): size, key, version, correlation id.
func (e *envelope) key() int16     { return int16(binary.BigEndian.Uint16(e.request[4:])) }
func (e *envelope) version() int16 { return int16(binary.BigEndian.Uint16(e.request[6:])) }

func (e *envelope) deliver(share float64) error {
	conn, err := e.up.open()
	if err != nil {
		return err
	}
	if share < 1 {
		_, err := conn.Write(e.request[:int(share*float64(len(e.request)))])
		e.up.close()
		return err
	}
	if _, err := conn.Write(e.request); err != nil {
		e.up.close()
		return err
	}
	reply, err := frame(conn)
	if err != nil {
		e.up.close()
		return err
	}
	e.reply, err = e.readdress(reply)
	return err
}

func (e *envelope) respond() error {
	if e.answered || e.reply == nil {
		return errors.New("nothing to answer")
	}
	_, err := e.client.Write(e.reply)
	e.answered = err == nil
	return err
}

func (e *envelope) cut() { _ = e.client.Close() }

// readdress puts the proxy's address for the broker's into the answers that name it.
func (e *envelope) readdress(reply []byte) ([]byte, error) {
	switch kmsg.Key(e.key()) {
	case kmsg.Metadata, kmsg.FindCoordinator, kmsg.DescribeCluster:
	default:
		return reply, nil
	}
	answer := kmsg.ResponseForKey(e.key())
	answer.SetVersion(e.version())
	head := 8 // size and correlation id
	if answer.IsFlexible() {
		head++ // no tags
	}
	if err := answer.ReadFrom(reply[head:]); err != nil {
		return nil, fmt.Errorf("%s, version %d: %w", kmsg.NameForKey(e.key()), e.version(), err)
	}
	host, p, err := net.SplitHostPort(e.self)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseInt(p, 10, 32)
	if err != nil {
		return nil, err
	}
	switch a := answer.(type) {
	case *kmsg.MetadataResponse:
		for i := range a.Brokers {
			a.Brokers[i].Host, a.Brokers[i].Port = host, int32(port)
		}
	case *kmsg.FindCoordinatorResponse:
		a.Host, a.Port = host, int32(port)
		for i := range a.Coordinators {
			a.Coordinators[i].Host, a.Coordinators[i].Port = host, int32(port)
		}
	case *kmsg.DescribeClusterResponse:
		for i := range a.Brokers {
			a.Brokers[i].Host, a.Brokers[i].Port = host, int32(port)
		}
	}
	out := answer.AppendTo(reply[:head:head])
	binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	return out, nil
}
