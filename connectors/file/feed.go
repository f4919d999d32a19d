package file

import (
	"context"
	"io"
	"sync"

	"creditsync/internal/fault"
)

const (
	chunkSize = 256 << 10 // decoded bytes of one chunk
	headroom  = 64 << 10  // before them, for the part of a record that the chunk before ended with
	chunks    = 4         // in flight
)

// chunk is a piece of decoded text: buf[headroom:end].
type chunk struct {
	buf      []byte
	end      int
	doubtful bool
	err      error // nothing comes after it; io.EOF at the end
}

// feed decodes ahead in a goroutine while the chunks before are parsed.
type feed struct {
	ready chan chunk
	free  chan []byte
	stop  chan struct{}
	ended sync.WaitGroup
	once  sync.Once
}

// startFeed reads t to its end; atEnd is asked there whether all is well.
func startFeed(t *text, atEnd func() error) *feed {
	f := &feed{ready: make(chan chunk, chunks), free: make(chan []byte, chunks), stop: make(chan struct{})}
	for range chunks {
		f.free <- nil // made when it is needed: most files are small
	}
	f.ended.Add(1)
	go func() {
		defer f.ended.Done()
		f.run(t, atEnd)
	}()
	return f
}

func (f *feed) run(t *text, atEnd func() error) {
	for {
		var buf []byte
		select {
		case buf = <-f.free:
		case <-f.stop:
			return
		}
		if buf == nil {
			buf = make([]byte, headroom+chunkSize)
		}
		n, doubtful, err := fill(t, buf[headroom:])
		if err == io.EOF {
			if bad := atEnd(); bad != nil {
				err = bad
			}
		}
		select {
		case f.ready <- chunk{buf, headroom + n, doubtful, err}:
		case <-f.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// fill decodes the next chunk; a defect met on the way fails the run that reads, not the process.
func fill(t *text, buf []byte) (n int, doubtful bool, err error) {
	defer fault.Rescue(&err)
	return t.fill(buf)
}

// next waits for the next chunk. Its buffer goes back with recycle.
func (f *feed) next(ctx context.Context) (chunk, error) {
	if err := ctx.Err(); err != nil {
		return chunk{}, err
	}
	select {
	case c := <-f.ready:
		return c, nil
	case <-ctx.Done():
		return chunk{}, ctx.Err()
	}
}

func (f *feed) recycle(buf []byte) {
	select {
	case f.free <- buf:
	default:
	}
}

// close ends the goroutine and waits for it: at most for one read of the file.
func (f *feed) close() {
	f.once.Do(func() { close(f.stop) })
	f.ended.Wait()
}
