package file

import "sync/atomic"

// meter counts the stored bytes of one input that were read. However much of it is read twice or not at all, an input that
// has been read to its end counts once and whole.
type meter struct {
	total *atomic.Int64 // of all inputs
	size  int64
	seen  int64
}

// add counts n bytes. A nil meter counts nothing.
func (m *meter) add(n int) {
	if m == nil {
		return
	}
	more := min(int64(n), m.size-m.seen)
	m.seen += more
	m.total.Add(more)
}

// finish counts what was not read.
func (m *meter) finish() { m.add(int(m.size - m.seen)) }
