package e2e

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shortest and longest are the lengths of the numbers that a search knows.
const shortest, longest = 15, 19

// search finds personal numbers in any bytes: in half and full width, in either case, as text or inside longer runs of
// digits and letters.
type search struct {
	t       *testing.T
	numbers map[string]bool
	found   map[string]int // by where
	example map[string]string
	bytes   int64
}

// newSearch looks for the numbers of the generator's lists in the folders.
func newSearch(t *testing.T, dirs ...string) *search {
	s := &search{t: t, numbers: map[string]bool{}, found: map[string]int{}, example: map[string]string{}}
	for _, dir := range dirs {
		for _, name := range []string{"ids.txt", "idforms.txt"} {
			for _, number := range lines(t, filepath.Join(dir, name)) {
				number = plain([]rune(number))
				if n := len(number); n < shortest || n > longest || !digits(number[:14]) {
					t.Fatalf("the search knows no number like %q", number)
				}
				s.numbers[number] = true
			}
		}
	}
	return s
}

// in searches everything that a reader gives.
func (s *search) in(where string, from io.Reader) {
	r := bufio.NewReaderSize(from, 1<<20)
	run := make([]byte, 0, 1<<10)
	for {
		c, err := r.ReadByte()
		if err == nil && c >= 0x80 {
			c = wide(r, c)
		}
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		default:
			c = 0
		}
		if err == nil {
			s.bytes++
			if c != 0 {
				run = append(run, c)
				continue
			}
		}
		if len(run) >= shortest {
			s.windows(where, run)
		}
		run = run[:0]
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.t.Errorf("search %s: %v", where, err)
			}
			return
		}
	}
}

// wide is the half-width form of a full-width digit or x that begins with c, in UTF-8 or GB18030, else c.
func wide(r *bufio.Reader, c byte) byte {
	next, _ := r.Peek(2)
	switch {
	case c == 0xEF && len(next) == 2 && next[0] == 0xBC && (next[1] >= 0x90 && next[1] <= 0x99 || next[1] == 0xB8):
		_, _ = r.Discard(2)
		return next[1] - 0x90 + '0'
	case c == 0xEF && len(next) == 2 && next[0] == 0xBD && next[1] == 0x98:
		_, _ = r.Discard(2)
		return 'X'
	case c == 0xA3 && len(next) > 0 && next[0] >= 0xB0 && next[0] <= 0xB9:
		_, _ = r.Discard(1)
		return next[0] - 0xB0 + '0'
	}
	return c
}

// windows looks at every piece of a run that begins with 14 digits.
func (s *search) windows(where string, run []byte) {
	for end, digits := 0, 0; end < len(run); end++ {
		if run[end] > '9' {
			digits = 0
			continue
		}
		if digits++; digits < 14 {
			continue
		}
		from := end - 13
		for n := shortest; n <= longest && from+n <= len(run); n++ {
			if s.numbers[string(run[from:from+n])] {
				if s.found[where]++; s.found[where] == 1 {
					s.example[where] = string(run[max(0, from-20):min(len(run), from+n+20)])
				}
			}
		}
	}
}

// files searches every file below a folder, and what workbooks hold.
func (s *search) files(root string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // the engine merges meanwhile
				return nil
			}
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		defer f.Close()
		s.in("file "+path, f)
		if strings.HasSuffix(path, ".xlsx") {
			s.workbook(path)
		}
		return nil
	})
	if err != nil {
		s.t.Error(err)
	}
}

func (s *search) workbook(path string) {
	z, err := zip.OpenReader(path)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer z.Close()
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			s.t.Error(err)
			continue
		}
		s.in("workbook "+path+" "+part.Name, r)
		r.Close()
	}
}

func (s *search) text(where, text string) { s.in(where, bytes.NewReader([]byte(text))) }

// none fails for every place that shows a number.
func (s *search) none() {
	s.t.Helper()
	for where, n := range s.found {
		s.t.Errorf("%s shows %d numbers in clear, the first in %q", where, n, s.example[where])
	}
}
