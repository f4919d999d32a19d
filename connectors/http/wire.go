package http

import (
	"net"
	"sync"
	"sync/atomic"
)

// wires are the connections of one client: net/http may still be making one when it is told to close those that are idle.
type wires struct {
	done *atomic.Int64 // bytes that came

	mu     sync.Mutex
	open   map[*wire]bool
	closed bool
}

// add takes a connection that was made.
func (w *wires) add(conn net.Conn) net.Conn {
	one := &wire{Conn: conn, of: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		_ = conn.Close()
		return one
	}
	if w.open == nil {
		w.open = map[*wire]bool{}
	}
	w.open[one] = true
	return one
}

// close ends all of them, and those that are being made.
func (w *wires) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for one := range w.open {
		_ = one.Conn.Close()
	}
	w.open = nil
}

// wire is a connection whose bytes are counted.
type wire struct {
	net.Conn
	of *wires
}

// Read implements net.Conn.
func (c *wire) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.of.done.Add(int64(n))
	return n, err
}

// Close implements net.Conn.
func (c *wire) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}
