package transforms

import "bytes"

// Bounds of a memo. A column is worth remembering when at least half of its cells were seen before; the question is put
// after memoTrial cells. memoMost bounds what a batch remembers.
const (
	memoTrial = 256
	memoMost  = 8192
)

// memo remembers what the distinct cells of a column of repeating texts (authorities, legal bases) came to, so that each
// is folded, checked and hashed once. Its keys are views of the source's buffers and end with the batch.
type memo struct {
	known map[string]int32
	seen  []memoText
	last  []byte // the cell that was asked for last, and what it came to
	as    int32  // −1 for none
	tries int
	hits  int
	off   bool
}

// memoText is what a distinct cell came to.
type memoText struct {
	state  state
	same   bool // the value is the cell as read
	blank  bool // it is the placeholder of GB 32100
	value  []byte
	masked []byte // nil where no ID is in it
	hash   uint64
}

func (m *memo) start() {
	if m.known == nil {
		m.known = map[string]int32{}
	}
	m.seen, m.as, m.tries, m.hits, m.off = m.seen[:0], -1, 0, 0, false
}

func (m *memo) done() {
	clear(m.known)
	clear(m.seen)
	m.last = nil
}

// find is what raw came to; nil where that is not remembered.
func (m *memo) find(raw []byte) *memoText {
	if m.off {
		return nil
	}
	m.tries++
	if m.as >= 0 && bytes.Equal(raw, m.last) {
		m.hits++
		return &m.seen[m.as]
	}
	if at, ok := m.known[string(raw)]; ok {
		m.hits++
		m.last, m.as = raw, at
		return &m.seen[at]
	}
	if m.tries >= memoTrial && m.hits < m.tries/2 {
		m.off = true
	}
	return nil
}

// put remembers what raw came to.
func (m *memo) put(raw []byte, t memoText) {
	if m.off || len(m.seen) == memoMost {
		return
	}
	m.known[view(raw)] = int32(len(m.seen))
	m.seen = append(m.seen, t)
}
