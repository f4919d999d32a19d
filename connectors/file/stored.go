package file

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"creditsync/internal/fault"

	"github.com/klauspost/compress/gzip"
)

// stored is a file as it lies on disk: its bytes are counted, and at its end it must be what it was when it was found.
type stored struct {
	name string
	f    *os.File
	was  fs.FileInfo
	done *atomic.Int64
}

// openStored opens a file. was is what it is known to be; nil to find out.
func openStored(at found, was fs.FileInfo, done *atomic.Int64) (*stored, error) {
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
	s := &stored{name: at.name, f: f, was: was, done: done}
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

// Read implements io.Reader. Its errors other than io.EOF are faults.
func (s *stored) Read(p []byte) (int, error) {
	n, err := s.f.Read(p)
	if s.done != nil {
		s.done.Add(int64(n))
	}
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, unreadable(s.name, err)
}

// content is what the file holds, unpacked where it is gzip.
func (s *stored) content() (io.Reader, error) {
	raw := bufio.NewReaderSize(s, 64<<10)
	magic, err := raw.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return raw, nil
	}
	z, err := gzip.NewReader(raw)
	if err != nil {
		return nil, s.unpacking(err)
	}
	return &unpacked{s, z}, nil
}

// unpacking names an error of the decompressor, unless the file changed or could not be read below it.
func (s *stored) unpacking(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	if c := s.unchanged(); c != nil {
		return c
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return brokenGzip(s.name, err)
}

// unpacked is a gzip file's content.
type unpacked struct {
	s *stored
	z *gzip.Reader
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if err != nil && err != io.EOF {
		err = u.s.unpacking(err)
	}
	return n, err
}

// check tries to open the files without reading them.
func check(ctx context.Context, files []found) error {
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		s, err := openStored(f, nil, nil)
		if err != nil {
			return err
		}
		s.f.Close()
	}
	return nil
}
