package columns

import (
	"math/bits"
	"sync"
)

// keepBytes bounds what a Recycler keeps for later: somewhat more than one batch.
const keepBytes = 80 << 20

// Recycler is an allocator that hands released memory out again: batch follows batch, each about as large as the one
// before, and fresh memory would be cleared and collected each time. Safe for concurrent use: whoever owns a batch
// releases it.
type Recycler struct {
	mu   sync.Mutex
	free [64 * 4][][]byte // by class
	kept int
}

// classOf is the class that size bytes are taken from and the size of its members: four classes to each power of two.
func classOf(size int) (class, bytes int) {
	size = max(size, 64)
	log := bits.Len(uint(size-1)) - 1 // 1<<log < size <= 2<<log
	quarter := (size - 1 - 1<<log) >> (log - 2)
	return log*4 + quarter, 1<<log + (quarter+1)<<(log-2)
}

// Allocate implements memory.Allocator. The bytes may hold anything.
func (r *Recycler) Allocate(size int) []byte {
	class, bytes := classOf(size)
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := class; c < class+3; c++ { // one that is a bit larger will do
		if have := r.free[c]; len(have) > 0 {
			b := have[len(have)-1]
			r.free[c] = have[:len(have)-1]
			r.kept -= cap(b)
			return b[:size]
		}
	}
	return make([]byte, size, bytes)
}

// Reallocate implements memory.Allocator. What b was is not kept: columns grow once, in the first batch.
func (r *Recycler) Reallocate(size int, b []byte) []byte {
	if cap(b) >= size {
		return b[:size]
	}
	more := r.Allocate(size)
	copy(more, b)
	return more
}

// Free implements memory.Allocator.
func (r *Recycler) Free(b []byte) {
	if cap(b) == 0 {
		return
	}
	class, bytes := classOf(cap(b))
	if bytes != cap(b) {
		return // not from here
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept+bytes <= keepBytes {
		r.free[class] = append(r.free[class], b[:bytes])
		r.kept += bytes
	}
}
