package sql

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// wire is a connection that is counted, and that counts as gone when the server says nothing for too long. Half-open
// connections end no other way: nothing comes, and nothing is wrong.
type wire struct {
	net.Conn
	silence time.Duration
	done    *atomic.Int64 // bytes read; shared by the connections of a session

	mu    sync.Mutex
	limit time.Time // the driver's own deadline; zero is none
	stop  bool      // interrupted for good
	quiet bool      // the last read ended for the silence
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// Read reads some bytes, within the driver's deadline and the silence.
func (w *wire) Read(b []byte) (int, error) {
	w.mu.Lock()
	err := w.Conn.SetReadDeadline(w.deadline())
	w.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(b)
	w.done.Add(int64(n))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.quiet = !w.stop && w.limit.IsZero()
	}
	return n, err
}

// deadline of the next read; mu is held.
func (w *wire) deadline() time.Time {
	if w.stop {
		return past
	}
	quiet := time.Now().Add(w.silence)
	if !w.limit.IsZero() && w.limit.Before(quiet) {
		return w.limit
	}
	return quiet
}

// SetDeadline is called by drivers whose context has ended.
func (w *wire) SetDeadline(t time.Time) error {
	if err := w.SetReadDeadline(t); err != nil {
		return err
	}
	return w.SetWriteDeadline(t)
}

// SetReadDeadline takes effect at once, also on a read that is waiting.
func (w *wire) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit = t
	return w.Conn.SetReadDeadline(w.deadline())
}

// interrupt ends the read that is waiting, and every one after it.
func (w *wire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = true
	_ = w.Conn.SetDeadline(past)
}

// dialer opens the wires of one session.
type dialer struct {
	o    Options
	done atomic.Int64

	mu   sync.Mutex
	open *wire // the one that rows come over
}

// dial is what the drivers call.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	plain := net.Dialer{Timeout: d.o.ConnectTimeout, KeepAlive: 15 * time.Second}
	conn, err := plain.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: conn, silence: d.o.Silence, done: &d.done}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = w
	}
	return w, nil
}

// interrupt ends whatever waits for the server.
func (d *dialer) interrupt() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != nil {
		d.open.interrupt()
	}
}

// cut closes the connection without a word.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != nil {
		_ = d.open.Close()
	}
}

// silent reports whether the connection ended because the server said nothing. Drivers do not hand that error on.
func (d *dialer) silent() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		return false
	}
	d.open.mu.Lock()
	defer d.open.mu.Unlock()
	return d.open.quiet
}
