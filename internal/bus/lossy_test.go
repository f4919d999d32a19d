package bus

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// lossy is a network that loses one request, or the answer to one.
type lossy struct {
	mu     sync.Mutex
	key    int16 // of the request, in Kafka's protocol
	nth    int   // counts down with each such request; the one that makes it zero is lost
	answer bool  // the request arrives, its answer does not
	lost   bool
}

var errLost = errors.New("connection reset by test")

func (l *lossy) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &lossyConn{Conn: c, net: l}, nil
}

func (l *lossy) loses(key int16) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if key != l.key || l.lost {
		return false
	}
	l.nth--
	l.lost = l.nth == 0
	return l.lost
}

type lossyConn struct {
	net.Conn
	net    *lossy
	left   int  // bytes of the present request that are still to come
	silent bool // the answer to what was sent is to be lost
}

// Write passes requests on; kafka-go writes the front of each at the beginning of a call.
func (c *lossyConn) Write(b []byte) (int, error) {
	if c.left == 0 {
		c.left = 4 + int(binary.BigEndian.Uint32(b))
		if c.net.loses(int16(binary.BigEndian.Uint16(b[4:]))) {
			if !c.net.answer {
				_ = c.Close()
				return 0, errLost
			}
			c.silent = true
		}
	}
	n, err := c.Conn.Write(b)
	c.left -= n
	return n, err
}

func (c *lossyConn) Read(b []byte) (int, error) {
	if !c.silent {
		return c.Conn.Read(b)
	}
	// Wait until the broker has answered: it has done what it was asked for.
	if _, err := io.ReadFull(c.Conn, make([]byte, 4)); err != nil {
		return 0, err
	}
	_ = c.Close()
	return 0, errLost
}

// TestRelay_I2_LostRequestsAndAnswers: whichever request or answer is lost, each message comes once and is counted once.
func TestRelay_I2_LostRequestsAndAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		no := uint64(0)
		for name, key := range map[string]int16{"produce": 0, "find coordinator": 10, "init": 22, "add partitions": 24, "end": 26} {
			for _, answer := range []bool{false, true} {
				nth := 1
				if answer && key != 22 {
					nth = 2 // of the second transaction
				}
				no++
				r.outbox.add(no, "run", penalties(0, 11_000, int(no))...)
				l := &lossy{key: key, nth: nth, answer: answer}
				cfg := r.cfg
				cfg.dial = l.dial
				rel := r.relay(t, func(o *Options) { o.Config = cfg })
				res, err := rel.Catchup(t.Context())
				rel.Close()
				what := fmt.Sprintf("%s, answer %v", name, answer)
				if err != nil || res.Messages != 11_000 || res.ByRun["run"] != 11_000 {
					t.Errorf("%s: published %d, %v", what, res.Messages, err)
				}
				if !l.lost {
					t.Errorf("%s: nothing was lost", what)
				}
			}
		}
		r.exactly(t)
	})
}
