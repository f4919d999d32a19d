package native

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"creditsync/internal/engine"
)

// conn is one client's connection.
type conn struct {
	server  *Server
	net     net.Conn
	reads   reads
	in      *bufio.Reader // of reads
	wire    wire
	out     *out
	talk    *engine.Conversation
	refused bool // there are too many connections
	busy    bool // it has a query; guarded by the server's lock
}

// serve answers until the client goes away, says something that is none of the protocol, or the server ends.
func (c *conn) serve(ctx context.Context) {
	c.wire = wire{in: c.in, budget: &c.server.budget}
	c.out = &out{to: bufio.NewWriterSize(patient{c.net}, 4<<10), revision: newest}
	if !c.greet() {
		return
	}
	defer c.talk.Close()
	for c.packet(ctx) {
	}
}

// reads is the way from the client.
type reads struct {
	net.Conn
	each bool // every piece has its own time, and not all that is read together
}

// Read reads a piece.
func (r *reads) Read(b []byte) (int, error) {
	if r.each {
		_ = r.SetReadDeadline(time.Now().Add(patience)) // the read says what is wrong
	}
	return r.Conn.Read(b)
}

// within gives the client so long for all that is read next.
func (c *conn) within(d time.Duration) {
	c.reads.each = false
	_ = c.net.SetReadDeadline(time.Now().Add(d))
}

// patiently gives the client time for each piece of what is read next.
func (c *conn) patiently() { c.reads.each = true }

// greet exchanges hellos; false: the client was told why not.
func (c *conn) greet() bool {
	c.within(helloTime)
	code, err := c.in.ReadByte()
	if err != nil {
		return false
	}
	if code == 'G' || code == 'P' || code == 'H' || code == 'O' || code == 'D' {
		c.web()
		return false
	}
	if proto.ClientCode(code) != proto.ClientCodeHello {
		return c.tell(engine.Refuse(unexpectedPacket, "Unexpected packet from client: a hello was expected."))
	}
	h, err := c.wire.hello()
	if h.revision > 0 {
		c.out.revision = h.revision
	}
	switch {
	case c.refused:
		return c.tell(full())
	case err != nil:
		return c.tell(err)
	case strings.HasPrefix(h.user, " INTERSERVER"):
		return c.tell(engine.Refuse(notImplemented, "The embedded engine is no member of a cluster."))
	case !c.server.options.Admits(h.user, h.password):
		return c.tell(engine.Refuse(authenticationFailed, "default: Authentication failed: password is incorrect, or there is no user with such name."))
	}
	c.talk = c.server.engine.Converse(uint64(h.revision))
	if h.database != "" && h.database != "default" {
		if err := c.talk.Use(h.database); err != nil {
			c.talk.Close()
			return c.tell(err)
		}
	}
	s := c.server
	answer := proto.ServerHello{Name: "ClickHouse", Major: s.version[0], Minor: s.version[1], Patch: s.version[2], Revision: newest,
		Timezone: s.hello.Zone, DisplayName: s.hello.DisplayName}
	err = c.out.packet(func(b *proto.Buffer) { answer.EncodeAware(b, h.revision) })
	if err == nil && proto.FeatureAddendum.In(h.revision) {
		c.wire.begin(maxText)
		c.wire.text("The quota's key", maxText)
		c.wire.end()
		err = c.wire.err
	}
	if err != nil {
		c.talk.Close()
		return false
	}
	return true
}

// web answers a browser or an HTTP client, which has the wrong port.
func (c *conn) web() {
	_, _ = c.out.to.WriteString("HTTP/1.0 400 Bad Request\r\n\r\nThis port is for ClickHouse's native protocol.\r\nHTTP has a port of its own: warehouse.embedded.http.\r\n")
	_ = c.out.to.Flush() // nobody is left to tell
}

// tell says what is wrong and reports false, for the caller to end the connection with.
func (c *conn) tell(err error) bool {
	var what *errPacket
	switch {
	case errors.As(err, &what):
		err = engine.Refuse(unexpectedPacket, what.what)
	case isLost(err):
		return false
	}
	_ = c.out.exception(engine.AsException(err)) // the connection ends either way
	return false
}

// isLost reports whether err is the connection's end.
func isLost(err error) bool {
	var broken connectionError
	return err != nil && (errors.As(err, &broken) || strings.HasSuffix(err.Error(), "EOF"))
}

// packet answers the next packet; false: the connection ends.
func (c *conn) packet(ctx context.Context) bool {
	c.within(idleTime)
	code, err := c.in.ReadByte()
	if err != nil {
		return false
	}
	c.patiently()
	switch proto.ClientCode(code) {
	case proto.ClientCodePing:
		return c.out.packet(proto.ServerCodePong.Encode) == nil
	case proto.ClientCodeCancel:
		return true // it came when the query had ended
	case proto.ClientCodeQuery:
		if !c.server.begin(c) {
			return c.tell(engine.Refuse(cancelled, "The engine is shutting down."))
		}
		goOn := c.query(ctx)
		return c.server.end(c) && goOn
	case proto.ClientCodeData:
		return c.tell(engine.Refuse(unexpectedPacket, "Unexpected packet Data received from client: no statement takes data."))
	case proto.ClientTablesStatusRequest:
		return c.tell(engine.Refuse(notImplemented, "The embedded engine is no member of a cluster and answers no requests for the state of tables."))
	}
	return c.tell(engine.Refuse(unexpectedPacket, "Unknown packet from client."))
}
