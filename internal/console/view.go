package console

import (
	"cmp"
	"slices"
	"time"
)

// view is a Status in the order in which the page tells it.
type view struct {
	Status
	Zone *time.Location
	// Down are parts that are not up; Bad are pipelines that failed or are overdue; Late are kinds that are in trouble.
	Down []Part
	Bad  []*Pipeline
	Late []Kind
	// Going run now, Queued wait for their turn, Coming are scheduled, Ran have ended, Refusing have open rows in quarantine.
	Going, Queued, Coming, Ran, Refusing []*Pipeline
	// More are those that are left out of each list; All says that nothing is.
	All      bool
	Rejected uint64 // open rows
}

// shown is how many rows a list has unless everything is asked for.
const shown = 100

func newView(st Status, zone *time.Location, all bool) *view {
	v := &view{Status: st, Zone: zone, All: all}
	for _, p := range st.Parts {
		if !p.Up {
			v.Down = append(v.Down, p)
		}
	}
	for _, k := range st.Kinds {
		if k.Trouble.EN != "" {
			v.Late = append(v.Late, k)
		}
	}
	for i := range v.Pipelines {
		v.sort(&v.Pipelines[i])
	}
	slices.SortStableFunc(v.Coming, func(a, b *Pipeline) int { return a.Next.Compare(b.Next) })
	slices.SortStableFunc(v.Ran, func(a, b *Pipeline) int { return b.Last.Finished.Compare(a.Last.Finished) })
	slices.SortStableFunc(v.Refusing, func(a, b *Pipeline) int { return cmp.Compare(b.Open, a.Open) })
	return v
}

// sort puts a pipeline into the lists that it belongs to.
func (v *view) sort(p *Pipeline) {
	if p.Enabled && (p.Failed() || p.Overdue > 0) {
		v.Bad = append(v.Bad, p)
	}
	switch {
	case p.Running:
		v.Going = append(v.Going, p)
	case p.Waiting:
		v.Queued = append(v.Queued, p)
	}
	if !p.Next.IsZero() {
		v.Coming = append(v.Coming, p)
	}
	if p.Last != nil {
		v.Ran = append(v.Ran, p)
	}
	if p.Open > 0 {
		v.Refusing = append(v.Refusing, p)
		v.Rejected += p.Open
	}
}

// Troubles is how many things want a person.
func (v *view) Troubles() int {
	n := len(v.Down) + len(v.Bad) + len(v.Late)
	if v.AlertErr.EN != "" {
		n++
	}
	return n
}

// Cut is the beginning of a list, or all of it.
func (v *view) Cut(list []*Pipeline) []*Pipeline {
	if v.All {
		return list
	}
	return list[:min(len(list), shown)]
}

// Left is how many Cut leaves out.
func (v *view) Left(list []*Pipeline) int { return len(list) - len(v.Cut(list)) }

// Percent is how much of the source is read, -1 where its size is not known.
func (p Progress) Percent() int {
	if p.Size <= 0 {
		return -1
	}
	return int(min(100, p.Done*100/p.Size))
}
