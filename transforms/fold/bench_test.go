package fold_test

import (
	"testing"

	"creditsync/transforms/fold"
)

var sink []byte

func BenchmarkCode(b *testing.B) {
	for name, in := range map[string]string{
		"clean": "91360802MA36T00X6M", "lower": "91360802ma36t00x6m", "full_width": "９１３６０８０２ＭＡ３６Ｔ００Ｘ６Ｍ",
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, fold.Code, in) })
	}
}

func BenchmarkName(b *testing.B) {
	for name, in := range map[string]string{
		"clean": "庐陵食品（吉安）有限公司", "half_brackets": "庐陵食品(吉安)有限公司",
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, fold.Name, in) })
	}
}

func BenchmarkText(b *testing.B) {
	benchmark(b, func(_, b []byte) []byte { return fold.Text(b) }, "当事人销售超过保质期的食品，违反了《中华人民共和国食品安全法》第三十四条第十项的规定。")
}

func benchmark(b *testing.B, f func(dst, b []byte) []byte, in string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	src, dst := []byte(in), make([]byte, 0, 256)
	for b.Loop() {
		sink = f(dst, src)
	}
}

// Nothing is allocated where the result fits into the scratch.
func TestFoldsDoNotAllocate(t *testing.T) {
	dst := make([]byte, 0, 256)
	code, lower, name, odd := []byte("91360802MA36T00X6M"), []byte("91360802ma36t00x6m"), []byte("庐陵食品（吉安）有限公司"), []byte("庐陵(吉安) 公司")
	got := testing.AllocsPerRun(100, func() {
		sink = fold.Code(dst, code)
		sink = fold.Code(dst, lower)
		sink = fold.Name(dst, name)
		sink = fold.Name(dst, odd)
	})
	if got != 0 {
		t.Errorf("allocations: got %v, want 0", got)
	}
}
