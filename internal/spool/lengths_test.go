package spool

import (
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"pgregory.net/rapid"
)

// TestLengths: offsets come back as they were, and take as few bytes as the longest text asks for.
func TestLengths(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		longest := rapid.SampledFrom([]int32{0, 1, 255, 256, 65535, 65536}).Draw(t, "longest")
		each := append(rapid.SliceOfN(rapid.Int32Range(0, longest), 0, 300).Draw(t, "lengths"), longest)
		want := []int32{0}
		for _, n := range each {
			want = append(want, want[len(want)-1]+n)
		}
		fits := 0
		switch {
		case longest < 1<<8:
			fits = 1
		case longest < 1<<16:
			fits = 2
		}
		short, width := lengths(want, nil)
		if width != fits {
			t.Fatalf("longest %d: %d bytes wide, want %d", longest, width, fits)
		}
		if width == 0 {
			return
		}
		into := make([]byte, arrow.Int32Traits.BytesRequired(len(want)))
		copy(into[len(into)-len(short):], short)
		sum(into, width)
		if got := arrow.Int32Traits.CastFromBytes(into); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
