package lanes

import (
	"crypto/hmac"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"pgregory.net/rapid"
)

// TestMAC_IsHMACSM3: whatever the messages are, the MACs are those of the standard library over the other package's SM3.
func TestMAC_IsHMACSM3(t *testing.T) {
	t.Parallel()
	if !Available() {
		return // nothing of this package is used on such a machine
	}
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, blockSize).Draw(t, "key")
		prefix := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "prefix")
		var data []byte
		var ends []int32
		var want [][]byte
		for range rapid.IntRange(0, 40).Draw(t, "messages") {
			one := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "message")
			data = append(data, one...)
			ends = append(ends, int32(len(data)))
			h := hmac.New(sm3.New, key)
			h.Write(prefix)
			h.Write(one)
			want = append(want, h.Sum(nil))
		}
		got := make([][Size]byte, len(ends))
		New(key).Sums(prefix, data, ends, got)
		for i := range want {
			if string(got[i][:]) != string(want[i]) {
				t.Fatalf("message %d of %d: got %x, want %x", i, len(want), got[i], want[i])
			}
		}
	})
}

func BenchmarkMAC(b *testing.B) {
	if !Available() {
		return
	}
	const n = 256
	data := make([]byte, n*86)
	var ends []int32
	for i := range n {
		ends = append(ends, int32((i+1)*86))
	}
	out := make([][Size]byte, n)
	m := New(data[:32])
	b.Run("lanes", func(b *testing.B) {
		for b.Loop() {
			m.Sums([]byte("admin_penalty\x00"), data, ends, out)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/message")
	})
	b.Run("one by one", func(b *testing.B) {
		h := hmac.New(sm3.New, data[:32])
		for b.Loop() {
			for i := range n {
				h.Reset()
				h.Write([]byte("admin_penalty\x00"))
				h.Write(data[i*86 : (i+1)*86])
				h.Sum(data[:0])
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/message")
	})
}
