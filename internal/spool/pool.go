package spool

import "sync"

// pool keeps the memory that is not in use for whoever wants some next: as much as was ever in use at once. It is a
// memory.Allocator, and safe for concurrent use.
type pool struct {
	mu   sync.Mutex
	free [][]byte
}

// Allocate implements memory.Allocator. What is in the memory is anything.
func (p *pool) Allocate(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		if cap(b) >= size {
			return b[:size]
		}
	}
	return make([]byte, size, size+size/8) // the next batch will be much alike
}

// Reallocate implements memory.Allocator.
func (p *pool) Reallocate(size int, b []byte) []byte {
	if cap(b) >= size {
		return b[:size]
	}
	more := p.Allocate(size)
	copy(more, b)
	return more
}

// Free implements memory.Allocator.
func (p *pool) Free(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, b)
}
