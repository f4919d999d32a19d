package window

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWindow_SlidesOverTheWhole(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("0123456789abcdef"), 200_000)
	for name, src := range map[string]io.Reader{
		"whole":   bytes.NewReader(want),
		"halves":  iotest.HalfReader(bytes.NewReader(want)),
		"dataerr": iotest.DataErrReader(bytes.NewReader(want)),
	} {
		w := New(src, 1<<20)
		var got []byte
		for {
			err := w.More()
			b := w.Bytes()
			take := len(b)
			if err == nil {
				take = len(b) * 2 / 3
			}
			got = append(got, b[:take]...)
			w.Drop(take)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, want) || w.Passed() != int64(len(want)) {
			t.Errorf("%s: %d bytes passed, want %d", name, w.Passed(), len(want))
		}
	}
}

func TestWindow_IsBounded(t *testing.T) {
	t.Parallel()
	w := New(bytes.NewReader(make([]byte, 4<<20)), 1<<20)
	var err error
	for err == nil {
		err = w.More()
	}
	if !errors.Is(err, ErrFull) || len(w.Bytes()) > 1<<20+atOnce {
		t.Errorf("%d bytes in hand, %v", len(w.Bytes()), err)
	}
	w.Drop(len(w.Bytes()))
	if err := w.More(); err != nil {
		t.Errorf("after they were dropped: %v", err)
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("0123456789abcdef"), 200_000)
	a := NewAhead(iotest.HalfReader(bytes.NewReader(want)))
	got, err := io.ReadAll(a)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	a.Close()
	a.Close()
	cut := NewAhead(io.MultiReader(bytes.NewReader(want[:1000]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	defer cut.Close()
	if got, err := io.ReadAll(cut); err != io.ErrUnexpectedEOF || len(got) != 1000 {
		t.Errorf("a cut stream: %d bytes, %v", len(got), err)
	}
	early := NewAhead(bytes.NewReader(want))
	early.Close()
}
