package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// tally counts, for each kind of strike, how often it struck and what followed.
type tally struct {
	mu sync.Mutex
	by map[string]*tallied
}

type tallied struct {
	struck, late int            // late: the run was over before
	closed       int            // the run that was struck had closed its commit
	how          map[string]int // how it ended
}

func newTally() *tally { return &tally{by: map[string]*tallied{}} }

func (t *tally) add(name string, h hit, closed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.by[name]
	if one == nil {
		one = &tallied{how: map[string]int{}}
		t.by[name] = one
	}
	if !h.struck {
		one.late++
		return
	}
	one.struck++
	one.how[h.how]++
	if closed {
		one.closed++
	}
}

// struck is how many strikes there were.
func (t *tally) struck() (n int) {
	for _, one := range t.by {
		n += one.struck
	}
	return n
}

func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-66s %6s %6s %8s  %s\n", "strike", "struck", "closed", "too late", "how the run ended")
	for _, name := range slices.Sorted(maps.Keys(t.by)) {
		one := t.by[name]
		var ends []string
		for _, how := range slices.Sorted(maps.Keys(one.how)) {
			ends = append(ends, fmt.Sprintf("%s ×%d", how, one.how[how]))
		}
		fmt.Fprintf(&b, "%-66s %6d %6d %8d  %s\n", name, one.struck, one.closed, one.late, strings.Join(ends, ", "))
	}
	fmt.Fprintf(&b, "%-66s %6d\n", "all", t.struck())
	return b.String()
}
