package engine

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ClickHouse/ch-go/compress"
)

// blockReader reads from b.
func blockReader(b []byte, revision uint64) (*BlockReader, *bufio.Reader) {
	from := bufio.NewReaderSize(bytes.NewReader(b), 16)
	return NewBlockReader(from, revision), from
}

// A block that the independent encoder writes at a client's revision becomes the very bytes that it writes at revision 0, and
// not a byte behind it is read.
func TestBlockReader(t *testing.T) {
	t.Parallel()
	for _, revision := range []int{54429, 54453, 54454, 54460} {
		for _, rows := range []int{0, 1, 2, 300} {
			one := encode(t, revision, rows)
			r, from := blockReader(append(append(bytes.Clone(one), one...), "rest"...), uint64(revision))
			want := encode(t, 0, rows)
			for range 2 {
				var got bytes.Buffer
				columns, n, err := r.Next(&got)
				if err != nil || columns != 9 || n != uint64(rows) || !bytes.Equal(got.Bytes(), want) {
					t.Errorf("revision %d, %d rows: got %d columns, %d rows, %d bytes of %d, %v", revision, rows, columns, n, got.Len(), len(want), err)
				}
			}
			if rest, err := io.ReadAll(from); string(rest) != "rest" || err != nil {
				t.Errorf("revision %d, %d rows: %q is left, %v", revision, rows, rest, err)
			}
		}
	}
}

// A block that is cut is an error wherever it is cut.
func TestBlockReader_Cut(t *testing.T) {
	t.Parallel()
	whole := encode(t, 54460, 5)
	for n := range whole {
		r, _ := blockReader(whole[:n], 54460)
		if _, _, err := r.Next(io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut at %d of %d: %v", n, len(whole), err)
		}
	}
}

// Whatever comes, nothing panics, and what is passed on came.
func FuzzBlockReader(f *testing.F) {
	for _, rows := range []int{0, 1, 7} {
		f.Add(encode(f, 54460, rows), true)
		f.Add(encode(f, 54429, rows), false)
	}
	f.Add([]byte{0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 'a', 6, 'S', 't', 'r', 'i', 'n', 'g', 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, true)
	f.Fuzz(func(t *testing.T, b []byte, newer bool) {
		revision := uint64(54429)
		if newer {
			revision = 54460
		}
		r, _ := blockReader(b, revision)
		var out bytes.Buffer
		if _, _, err := r.Next(&out); err == nil && out.Len() > len(b) {
			t.Errorf("%d bytes became %d", len(b), out.Len())
		}
	})
}

// A block that claims much and brings little costs little.
func TestFrames_BelieveNoLength(t *testing.T) {
	t.Parallel()
	head := make([]byte, frameHeader)
	head[16] = methodLZ4
	head[20], head[24] = 7, 7 // 112 MiB packed, and plain
	f := NewFrames(bytes.NewReader(append(head, "little"...)))
	if _, err := io.ReadAll(f); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if took := f.raw.Cap() + cap(f.plain); took > 1<<20 {
		t.Errorf("%d bytes were taken for it", took)
	}
}

// Whatever comes, nothing panics; what ch-go has compressed comes out again.
func FuzzFrames(f *testing.F) {
	for _, m := range []compress.Method{compress.None, compress.LZ4, compress.ZSTD} {
		w := compress.NewWriter(compress.LevelZero, m)
		if err := w.Compress(bytes.Repeat([]byte("行政处罚"), 100)); err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(w.Data))
		got, err := io.ReadAll(NewFrames(bytes.NewReader(append(bytes.Clone(w.Data), w.Data...))))
		if err != nil || string(got) != string(bytes.Repeat([]byte("行政处罚"), 200)) {
			f.Errorf("method %v: %d bytes, %v", m, len(got), err)
		}
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		r := NewFrames(bytes.NewReader(b))
		defer r.Close()
		_, _ = io.Copy(io.Discard, r)
	})
}
