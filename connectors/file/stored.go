package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"creditsync/internal/fault"

	"github.com/klauspost/compress/flate"
)

// stored is a file as it lies on disk: at its end it must be what it was when it was found.
type stored struct {
	name  string
	f     *os.File
	was   fs.FileInfo
	meter *meter // of what is read anywhere; nil counts nothing
}

// openStored opens a file. was is what it is known to be; nil to find out.
func openStored(at found, was fs.FileInfo) (*stored, error) {
	info, err := os.Stat(at.path)
	if err != nil {
		return nil, opening(at.name, err)
	}
	if info.IsDir() {
		return nil, isFolder(at.name)
	}
	if !info.Mode().IsRegular() { // before it is opened: opening a pipe waits for its writer
		return nil, notRegular(at.name)
	}
	f, err := os.Open(at.path)
	if err != nil {
		return nil, opening(at.name, err)
	}
	s := &stored{name: at.name, f: f, was: was}
	if s.was == nil {
		if s.was, err = f.Stat(); err != nil {
			f.Close()
			return nil, opening(at.name, err)
		}
	}
	if err := s.unchanged(); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

// unchanged fails when the file is no longer what it was.
func (s *stored) unchanged() error {
	now, err := s.f.Stat()
	if err != nil {
		return unreadable(s.name, err)
	}
	if now.Size() != s.was.Size() || !now.ModTime().Equal(s.was.ModTime()) || !os.SameFile(now, s.was) {
		return changed(s.name)
	}
	return nil
}

// ReadAt implements io.ReaderAt. Its errors other than io.EOF are faults.
func (s *stored) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.f.ReadAt(p, off)
	s.meter.add(n)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, unreadable(s.name, err)
}

// counted reads a file from its beginning.
type counted struct {
	s *stored
	m *meter
}

// Read implements io.Reader. Its errors other than io.EOF are faults.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.s.f.Read(p)
	c.m.add(n)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, unreadable(c.s.name, err)
}

func inflate(r io.Reader) io.ReadCloser { return flate.NewReader(r) }

// unpacking names an error of what unpacks an origin, unless the file changed or could not be read below it.
func (o origin) unpacking(st *stored, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	if c := st.unchanged(); c != nil {
		return c
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if o.member >= 0 {
		return brokenArchive(o.name, err)
	}
	return brokenGzip(o.name, err)
}

// unpacked is the content of an origin with errors that name it, and an end before it fills the world.
type unpacked struct {
	o    origin
	st   *stored
	z    io.Reader
	bomb bomb
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if err != nil && err != io.EOF {
		err = u.o.unpacking(u.st, err)
	}
	if bad := u.bomb.add(n); bad != nil {
		return 0, bad
	}
	return n, err
}

// bomb watches how much comes out of how little.
type bomb struct {
	name   string
	stored int64
	out    int64
}

// A text that people keep packs to a thirtieth at best. What unpacks to more than bombRatio times its size, beyond bombFrom
// bytes, is no text.
const (
	bombRatio = 400
	bombFrom  = 256 << 20
)

func (b *bomb) add(n int) error {
	b.out += int64(n)
	if b.out > bombFrom && b.out/bombRatio > b.stored {
		return bombFound(b.name, b.out/max(b.stored, 1))
	}
	return nil
}

// check tries to open the files without reading them.
func check(ctx context.Context, files []found) error {
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		s, err := openStored(f, nil)
		if err != nil {
			return err
		}
		s.f.Close()
	}
	return nil
}
