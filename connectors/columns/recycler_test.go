package columns

import (
	"testing"

	"pgregory.net/rapid"
)

func TestClassOf_HoldsTheSize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 64<<20).Draw(t, "size")
		class, bytes := classOf(size)
		if bytes < size || bytes > max(64, size+size/4+1) {
			t.Fatalf("%d bytes for %d", bytes, size)
		}
		if again, same := classOf(bytes); again != class || same != bytes {
			t.Fatalf("a member of class %d is in class %d", class, again)
		}
	})
}

func TestRecycler_HandsOutAgain(t *testing.T) {
	t.Parallel()
	r := new(Recycler)
	a := r.Allocate(1000)
	r.Free(a)
	if b := r.Allocate(900); &b[0] != &a[0] {
		t.Error("memory that came back is not used again")
	}
	if b := r.Reallocate(1000, r.Allocate(10)); len(b) != 1000 {
		t.Errorf("%d bytes, want 1000", len(b))
	}
	r.Free(make([]byte, 77)) // not from here
}
