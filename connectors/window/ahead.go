package window

import (
	"io"
	"sync"

	"creditsync/internal/fault"
)

// buffers is how many pieces of the stream are read ahead.
const buffers = 4

// Ahead reads a stream in a goroutine of its own, so that unpacking it and looking at it go on at once. Whoever makes one
// closes it.
type Ahead struct {
	ready chan piece
	free  chan []byte
	stop  chan struct{}
	ended sync.WaitGroup
	once  sync.Once
	have  piece  // what is being handed out
	rest  []byte // of it
}

type piece struct {
	buf []byte
	n   int
	err error
}

// NewAhead starts to read src.
func NewAhead(src io.Reader) *Ahead {
	a := &Ahead{ready: make(chan piece, buffers), free: make(chan []byte, buffers), stop: make(chan struct{})}
	for range buffers {
		a.free <- nil // made when it is needed
	}
	a.ended.Add(1)
	go func() {
		defer a.ended.Done()
		a.run(src)
	}()
	return a
}

func (a *Ahead) run(src io.Reader) {
	for {
		var p piece
		select {
		case p.buf = <-a.free:
		case <-a.stop:
			return
		}
		if p.buf == nil {
			p.buf = make([]byte, atOnce)
		}
		for p.n < len(p.buf) && p.err == nil { // not io.ReadFull, which calls the end of a stream what a cut stream calls itself
			var n int
			n, p.err = read(src, p.buf[p.n:])
			p.n += n
		}
		select {
		case a.ready <- p:
		case <-a.stop:
			return
		}
		if p.err != nil {
			return
		}
	}
}

// read reads; a defect met on the way fails the run that reads, not the process.
func read(src io.Reader, buf []byte) (n int, err error) {
	defer fault.Rescue(&err)
	return src.Read(buf)
}

// Read implements io.Reader.
func (a *Ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.have.err != nil {
			return 0, a.have.err
		}
		if a.have.buf != nil {
			select {
			case a.free <- a.have.buf:
			default:
			}
		}
		a.have = <-a.ready
		a.rest = a.have.buf[:a.have.n]
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the goroutine and waits for it: at most for one read of the stream.
func (a *Ahead) Close() {
	a.once.Do(func() { close(a.stop) })
	a.ended.Wait()
}
