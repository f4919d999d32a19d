package pipelines

import (
	"sync"
	"time"

	"creditsync/connectors"
)

// Progress is how far a run has read.
type Progress struct {
	Pipeline   string
	Done, Size int64 // bytes of the source as stored; Size is −1 where it is not known
	Counts     Counts
}

// meter tells progress a few times a second at most.
type meter struct {
	tellTo func(Progress)
	now    func() time.Time
	name   string
	in     connectors.Reader
	mu     sync.Mutex
	last   time.Time
}

const tick = 100 * time.Millisecond

func newMeter(r *Runner, name string, in connectors.Reader) *meter {
	return &meter{tellTo: r.Progress, now: r.Now, name: name, in: in}
}

func (m *meter) tell(c Counts) {
	if m.tellTo == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := m.now(); now.Sub(m.last) >= tick {
		m.last = now
		done, size := m.in.Read()
		m.tellTo(Progress{Pipeline: m.name, Done: done, Size: size, Counts: c})
	}
}
