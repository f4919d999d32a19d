package scheduler

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"
)

// memory is a Store that lives as long as the test: what is on the disk when the process dies.
type memory struct {
	mu    sync.Mutex
	marks map[string]Mark
	// done tells of attempts that ended well, as the ledger's runs do.
	done map[string]map[time.Time]bool
	// fail makes the next calls fail, lie makes the next Take fail although it was carried out.
	fail, lie int
}

var errDisk = errors.New("the disk is full")

func newMemory() *memory {
	return &memory{marks: map[string]Mark{}, done: map[string]map[time.Time]bool{}}
}

func (s *memory) Marks(context.Context) (map[string]Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := maps.Clone(s.marks)
	for name, m := range out {
		if s.done[name][m.Trying] {
			m.Trying, m.Attempts = time.Time{}, 0
			out[name] = m
		}
	}
	return out, nil
}

func (s *memory) Take(_ context.Context, name string, m Mark) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail > 0 {
		s.fail--
		return false, errDisk
	}
	if m.Turns <= s.marks[name].Turns {
		return false, nil
	}
	s.marks[name] = m
	delete(s.done[name], m.Trying) // the newest attempt is what counts
	if s.lie > 0 {
		s.lie--
		return false, errDisk
	}
	return true, nil
}

func (s *memory) Put(_ context.Context, marks map[string]Mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail > 0 {
		s.fail--
		return errDisk
	}
	for name, m := range marks {
		if m.Turns >= s.marks[name].Turns {
			s.marks[name] = m
		}
	}
	return nil
}

func (s *memory) Forget(_ context.Context, names []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		delete(s.marks, name)
	}
	return nil
}

// finish notes that the attempt of a tick ended well.
func (s *memory) finish(name string, tick time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done[name] == nil {
		s.done[name] = map[time.Time]bool{}
	}
	s.done[name][tick] = true
}
