package native

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"creditsync/internal/engine"
)

// Server speaks the native protocol over an engine.
type Server struct {
	engine  *engine.Engine
	options engine.ServerOptions
	hello   engine.Hello
	version [3]int
	budget  atomic.Int64 // bytes of query packets that are still allowed

	mu       sync.Mutex
	closing  bool
	open     map[*conn]bool
	refusing int
}

// New returns a server over e. It does not close e.
func New(e *engine.Engine, o engine.ServerOptions) (*Server, error) {
	hello, err := e.Hello(o)
	if err != nil {
		return nil, err
	}
	s := &Server{engine: e, options: o, hello: hello, open: map[*conn]bool{}}
	for i, part := range strings.Split(hello.Version, ".") {
		if n, err := strconv.Atoi(part); err == nil && i < len(s.version) {
			s.version[i] = n
		}
	}
	s.budget.Store(maxPackets)
	return s, nil
}

// Serve answers on l until ctx ends, then closes what is idle, lets queries run on for a few seconds, kills what only reads and
// returns within about 5 s. It closes l. The end of ctx is no error.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var all sync.WaitGroup
	accepted := make(chan error, 1)
	go func() { accepted <- s.accept(work, l, &all); close(accepted) }()
	var err error
	select {
	case err = <-accepted:
	case <-ctx.Done():
	}
	_ = l.Close()
	s.drain()
	<-accepted // so that no connection comes in any more
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for _, step := range []struct {
		time time.Duration
		do   func()
	}{
		{graceTime, func() { stop(engine.Refuse(cancelled, "The engine is shutting down.")) }},
		{lastTime, s.cut},
	} {
		timer := time.NewTimer(step.time)
		select {
		case <-done:
			timer.Stop()
			return err
		case <-timer.C:
			step.do()
		}
	}
	return err // what still runs ends with the process
}

func (s *Server) accept(ctx context.Context, l net.Listener, all *sync.WaitGroup) error {
	for delay := time.Duration(0); ; {
		nc, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			// Out of files and the like: it passes.
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			timer := time.NewTimer(delay)
			select {
			case <-timer.C:
				continue
			case <-ctx.Done():
				timer.Stop()
				return err
			}
		}
		delay = 0
		c := s.take(nc)
		if c == nil {
			_ = nc.Close()
			continue
		}
		all.Go(func() {
			defer s.drop(c)
			c.serve(ctx)
		})
	}
}

// take admits a connection, or one that is only told that there are too many; nil: not even that.
func (s *Server) take(nc net.Conn) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	full := len(s.open)-s.refusing >= maxConnections
	if s.closing || full && s.refusing >= maxRefusals {
		return nil
	}
	c := &conn{server: s, net: nc, refused: full}
	c.in = bufio.NewReaderSize(&c.reads, 8<<10)
	c.reads.Conn = nc
	if full {
		s.refusing++
	}
	s.open[c] = true
	return c
}

func (s *Server) drop(c *conn) {
	_ = c.net.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	if c.refused {
		s.refusing--
	}
}

// drain ends the connections that ask nothing, and every other behind its query.
func (s *Server) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for c := range s.open {
		if !c.busy {
			_ = c.net.Close()
		}
	}
}

// cut breaks every connection off.
func (s *Server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.net.Close()
	}
}

// begin says that c has a query; false: the server ends.
func (s *Server) begin(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.busy = !s.closing
	return c.busy
}

// end says that its query is over; false: the server ends.
func (s *Server) end(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.busy = false
	return !s.closing
}

// The numbers of ClickHouse's errors that are raised here.
const (
	notImplemented       = 48
	unexpectedPacket     = 101
	tooMany              = 202
	cancelled            = 394
	authenticationFailed = 516
)

// full is what a client is told that is one too many.
func full() *engine.Exception {
	return engine.Refuse(tooMany, fmt.Sprintf("Too many connections: %d are open, which is the most.", maxConnections))
}
