package site

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"testing"

	"creditsync/schemas"
)

const (
	baseRows  = 600 // of which all but a few are there every night
	extraRows = 40  // of which a quarter is

	// Files is how many files a night has: a snapshot is their union, and each makes a batch of its own.
	Files = 3
)

// Source makes what a department delivers, night after night. The same night is always the same bytes.
type Source struct {
	kind   *schemas.Kind
	header []string
	rows   [][]string
}

// NewSource makes the source.
func NewSource(t testing.TB) *Source {
	t.Helper()
	return NewSourceOf(t, 11)
}

// NewSourceOf makes the source of a department of its own: no record of it is one of another seed's.
func NewSourceOf(t testing.TB, seed uint64) *Source {
	t.Helper()
	kind, ok := schemas.Find("admin_penalty")
	if !ok {
		t.Fatal("no kind admin_penalty")
	}
	s := &Source{kind: kind}
	s.header, s.rows = schemas.Sample(kind, seed, baseRows+extraRows)
	return s
}

// Quiet reports whether a night delivers what the one before did.
func Quiet(night int) bool { return night%4 == 3 }

// Changing is the nth night, from 0, that delivers something else than the one before.
func Changing(n int) int { return n + n/3 }

// Files are the contents of the night's files.
func (s *Source) Files(t testing.TB, night int) [Files][]byte {
	t.Helper()
	if Quiet(night) {
		night--
	}
	var lists [Files][][]string
	for i, row := range s.rows {
		if s.absent(i, night) {
			continue
		}
		of := i * Files / len(s.rows)
		lists[of] = append(lists[of], s.row(row, i, night))
	}
	again := s.row(s.rows[50], 50, night) // a key that an earlier file has too: the later row goes before
	s.set(again, "remark", "复核后重报")
	lists[Files-1] = append(lists[Files-1], again)
	var out [Files][]byte
	for i, rows := range lists {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(s.header) // a buffer takes all
		_ = w.WriteAll(rows)
		out[i] = b.Bytes()
	}
	return out
}

// absent: about ten of the base rows are away for a night and come back, and so do ten of the extra ones.
func (s *Source) absent(i, night int) bool {
	if i >= baseRows {
		return (i+night)%4 != 0
	}
	return i != 50 && (i+11*night)%60 == 3
}

// row is a row as it stands on a night: corrected so many times, and sometimes broken.
func (s *Source) row(base []string, i, night int) []string {
	row := slices.Clone(base)
	corrected := 0
	for n := 1; n <= night; n++ {
		if n%4 != 3 && (i+7*n)%40 == 0 && i != 42 {
			corrected++
		}
	}
	if corrected > 0 {
		s.set(row, "penalty_content", fmt.Sprintf("第%d次更正的处罚内容，第%d号", corrected, i))
	}
	switch {
	case i == 599: // refused every night, and never a record
		s.set(row, "valid_until", "0000-00-00")
	case i == 42 && night%4 == 1: // the very same refused row, again and again
		s.set(row, "legal_basis", "")
	case i == (17*night+5)%500: // broken for one night, mended the next
		s.set(row, "valid_until", "二零二四年")
	case i == (29*(night/2)+9)%500: // broken for two nights
		s.set(row, "penalty_content", "")
	}
	return row
}

func (s *Source) set(row []string, field, value string) {
	for i := range s.kind.Fields {
		if s.kind.Fields[i].Name == field {
			row[i] = value
		}
	}
}
