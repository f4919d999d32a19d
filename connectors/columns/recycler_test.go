package columns

import (
	"testing"

	"pgregory.net/rapid"
)

func TestClassOf_HoldsTheSize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 1<<27).Draw(t, "size")
		class, bytes := classOf(size)
		if bytes < size || bytes > max(64, size+size/4+1) {
			t.Fatalf("%d bytes of class %d for %d", bytes, class, size)
		}
		if again, same := classOf(bytes); again != class || same != bytes {
			t.Fatalf("%d bytes: class %d, of its own size %d", size, class, again)
		}
		if next, _ := classOf(bytes + 1); next != class+1 {
			t.Fatalf("after class %d of %d bytes comes %d", class, bytes, next)
		}
	})
}

func TestRecycler_HandsOutAgain(t *testing.T) {
	t.Parallel()
	r := new(Recycler)
	a := r.Allocate(1000)
	a[999] = 7
	r.Free(a)
	if b := r.Allocate(990); &b[0] != &a[0] || len(b) != 990 {
		t.Error("memory of the same class is not handed out again")
	}
	if c := r.Allocate(990); &c[0] == &a[0] {
		t.Error("memory in use is handed out")
	}
	d := r.Reallocate(4000, a)
	if len(d) != 4000 || d[999] != 7 {
		t.Error("what was written is lost in a larger piece")
	}
}

func TestRecycler_KeepsNoMoreThanItsBound(t *testing.T) {
	t.Parallel()
	r := new(Recycler)
	for _, strange := range [][]byte{make([]byte, 77), make([]byte, 2*keepBytes)} { // no class has members of 77 bytes
		if r.Free(strange); r.kept != 0 {
			t.Errorf("%d bytes kept of %d", r.kept, len(strange))
		}
	}
}
