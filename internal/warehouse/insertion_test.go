package warehouse

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// streamed is a stream that some batches of numbers are on their way through; failed is what it ends with.
func streamed(batches int, failed error) *rowStream {
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Uint64}}, nil)
	s := &rowStream{schema: schema, rows: make(chan arrow.Record)}
	go func() {
		for i := range batches {
			col := column(array.NewUint64Builder, 40_000, func(n int) uint64 { return uint64(i*40_000 + n) })
			s.rows <- array.NewRecord(schema, []arrow.Array{col}, int64(col.Len()))
			col.Release()
		}
		s.end(failed)
	}()
	return s
}

func TestRowStream_ReadAndWriteToAreTheSameStream(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	n, err := streamed(5, nil).WriteTo(&written)
	if err != nil || n != int64(written.Len()) {
		t.Fatalf("%d bytes counted of %d, %v", n, written.Len(), err)
	}
	read, err := io.ReadAll(streamed(5, nil))
	if err != nil || !bytes.Equal(read, written.Bytes()) {
		t.Fatalf("%d bytes read, %d written, %v", len(read), written.Len(), err)
	}
	in, err := ipc.NewReader(&written)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Release()
	next := uint64(0)
	for in.Next() {
		for _, got := range in.Record().Column(0).(*array.Uint64).Uint64Values() {
			if got != next {
				t.Fatalf("got %d, want %d", got, next)
			}
			next++
		}
	}
	if err := in.Err(); err != nil || next != 200_000 {
		t.Errorf("%d numbers, %v", next, err)
	}
}

// A statement that fails on our side must not look like one that has come to its end.
func TestRowStream_BreaksOff(t *testing.T) {
	t.Parallel()
	why := errors.New("the spool cannot be read")
	if _, err := streamed(2, why).WriteTo(io.Discard); !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
	if _, err := io.ReadAll(streamed(2, why)); !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
}

// A client that has gone away ends the stream that it was reading.
func TestRowStream_NobodyReads(t *testing.T) {
	t.Parallel()
	s := streamed(1, nil)
	if _, err := s.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	s.stop(io.ErrClosedPipe)
	if _, err := s.Read(make([]byte, 10)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
	}
}
