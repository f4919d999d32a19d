package scratch

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// TestStore_ReadsWhatWasWritten writes in pieces of all sizes over both bounds and reads at every kind of place.
func TestStore_ReadsWhatWasWritten(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, keep := range []int{0, 1, 100, page - 1, page, page + 17, 3 * page} {
		r := rand.New(rand.NewPCG(1, uint64(keep)))
		s := New(keep)
		want := make([]byte, 2*page+12345)
		for i := range want {
			want[i] = byte(r.Uint32())
		}
		for at := 0; at < len(want); {
			n := min(len(want)-at, 1+r.IntN(100_000))
			if m, err := s.Write(want[at : at+n]); m != n || err != nil {
				t.Fatalf("wrote %d of %d: %v", m, n, err)
			}
			at += n
		}
		if s.Size() != int64(len(want)) {
			t.Errorf("size %d, want %d", s.Size(), len(want))
		}
		for range 200 {
			at, n := r.IntN(len(want)), r.IntN(5000)
			got := make([]byte, n)
			m, err := s.ReadAt(got, int64(at))
			if wantN := min(n, len(want)-at); m != wantN || (err == io.EOF) != (m < n) || !bytes.Equal(got[:m], want[at:at+m]) {
				t.Fatalf("keep %d: %d bytes at %d: got %d, %v", keep, n, at, m, err)
			}
		}
		all, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
		if err != nil || !bytes.Equal(all, want) {
			t.Errorf("keep %d: the whole differs: %v", keep, err)
		}
		for range 2 {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
