package file

import (
	"math/bits"
	"sync"
)

// keepBytes bounds what a recycler keeps for later: somewhat more than one batch.
const keepBytes = 96 << 20

// recycler is an allocator that hands released memory out again: batch follows batch, each as large as the one before, and
// fresh memory would be cleared and collected each time. Safe for concurrent use: whoever owns a batch releases it.
type recycler struct {
	mu   sync.Mutex
	free [64][][]byte // by power of two
	kept int
}

// Allocate implements memory.Allocator. The bytes may hold anything.
func (r *recycler) Allocate(size int) []byte {
	class := bits.Len(uint(max(size, 64) - 1))
	r.mu.Lock()
	defer r.mu.Unlock()
	if have := r.free[class]; len(have) > 0 {
		b := have[len(have)-1]
		r.free[class] = have[:len(have)-1]
		r.kept -= cap(b)
		return b[:size]
	}
	return make([]byte, size, 1<<class)
}

// Reallocate implements memory.Allocator.
func (r *recycler) Reallocate(size int, b []byte) []byte {
	if cap(b) >= size {
		return b[:size]
	}
	more := r.Allocate(size)
	copy(more, b)
	r.Free(b)
	return more
}

// Free implements memory.Allocator.
func (r *recycler) Free(b []byte) {
	n := cap(b)
	if n < 64 || n&(n-1) != 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept+n <= keepBytes {
		class := bits.Len(uint(n - 1))
		r.free[class] = append(r.free[class], b[:n])
		r.kept += n
	}
}
