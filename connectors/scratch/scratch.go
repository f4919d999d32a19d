// Package scratch keeps bytes aside while a source is read: in memory while they are few, else in an unnamed and encrypted file
// (internal/unnamed).
//
// It is not a store: what is kept is gone with the process.
package scratch

import (
	"fmt"
	"io"

	"creditsync/internal/unnamed"
)

// page is the piece in which memory is taken.
const page = 1 << 20

// Store is written from beginning to end and then read anywhere. Writing is for one goroutine, reading for any number.
type Store struct {
	keep  int64 // bytes that stay in memory
	size  int64
	pages [][]byte
	file  *unnamed.File // what is beyond them
	tmp   []byte
}

// New makes a store that keeps up to so many bytes in memory.
func New(keep int) *Store { return &Store{keep: int64(keep)} }

// Size is how many bytes were written.
func (s *Store) Size() int64 { return s.size }

// Write implements io.Writer. It fails when the disk does.
func (s *Store) Write(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if s.size >= s.keep {
			m, err := s.spill(p[n:])
			return n + m, err
		}
		at := int(s.size % page)
		if at == 0 {
			s.pages = append(s.pages, make([]byte, page))
		}
		m := copy(s.pages[len(s.pages)-1][at:], p[n:n+int(min(int64(len(p)-n), s.keep-s.size))])
		n, s.size = n+m, s.size+int64(m)
	}
	return n, nil
}

// spill writes to the file.
func (s *Store) spill(p []byte) (int, error) {
	if s.file == nil {
		f, err := unnamed.Create("")
		if err != nil {
			return 0, fmt.Errorf("make a temporary file: %w", err)
		}
		s.file = f
	}
	at := s.size - s.keep
	s.tmp = append(s.tmp[:0], p...)
	s.file.Stream(at).XORKeyStream(s.tmp, s.tmp)
	n, err := s.file.WriteAt(s.tmp, at)
	s.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("write a temporary file: %w", err)
	}
	return n, nil
}

// ReadAt implements io.ReaderAt.
func (s *Store) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < s.size {
		if off < s.keep {
			rest := s.pages[off/page][off%page:]
			m := copy(p[n:], rest[:min(int64(len(rest)), min(s.keep, s.size)-off)])
			n, off = n+m, off+int64(m)
			continue
		}
		want := p[n:min(len(p), n+int(s.size-off))]
		m, err := s.file.ReadAt(want, off-s.keep)
		n, off = n+m, off+int64(m)
		if err != nil && err != io.EOF {
			return n, fmt.Errorf("read a temporary file: %w", err)
		}
		if m == 0 {
			return n, io.ErrUnexpectedEOF
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close frees what is kept. It may be called twice.
func (s *Store) Close() error {
	s.pages, s.size = nil, 0
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}
