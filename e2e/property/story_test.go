package property

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// event is one thing that happens in a story.
type event struct {
	verb string // of changes, or "run"
	who  pipeline
	at   int    // which row it is about, counted around
	how  defect // of what breaks
	wish wish   // of a run
	dies []string
}

// changes are what happens to the source, with how often each is drawn.
var changes = map[string]int{
	"a new record": 4, "a record comes back": 2, "a correction": 6, "the correction is taken back": 2, "a row breaks": 5, "a row is mended": 4, "all is mended": 1,
	"a row is removed": 4, "a row stands twice": 2, "a row stands twice, the second time corrected": 2, "a row stands twice, the second time broken": 1, "the rows are reversed": 1, "the last row comes first": 1,
	"one file becomes two, or two one": 2,
}

// deaths are the named steps of a run at which it dies.
var deaths = []string{
	"leased", "batch half staged", "batch staged:1", "batch staged:2", "staged", "guarded", "locked", "opened", "diffed", "written", "quarantine written", "verified",
	"closed", "closed", "closed", "forwarded", "applied", "live written", "live", "finished", "relay leased", "relay fenced", "relay reads", "relay added",
	"relay first produced", "relay produced", "relay committed", "told", "noted", "published", "remembered",
}

func anEvent(t *rapid.T) event {
	who := rapid.SampledFrom([]pipeline{low, low, high}).Draw(t, "who")
	if rapid.IntRange(0, 9).Draw(t, "what") >= 5 {
		return event{
			verb: "run", who: who,
			wish: rapid.SampledFrom([]wish{plain, plain, plain, plain, plain, dry, applyDeletes, acceptDeletes}).Draw(t, "wish"),
			dies: rapid.SliceOfN(rapid.SampledFrom(deaths), 0, 3).Draw(t, "dies at"),
		}
	}
	var verbs []string
	for verb, often := range changes {
		verbs = append(verbs, slices.Repeat([]string{verb}, often)...)
	}
	slices.Sort(verbs)
	return event{
		verb: rapid.SampledFrom(verbs).Draw(t, "verb"), who: who, at: rapid.IntRange(0, most-1).Draw(t, "row"),
		how: rapid.SampledFrom([]defect{noDate, noDate, noBasis, noKey}).Draw(t, "defect"),
	}
}

// story is what happens. At its beginning each of its two sources has so many records: the same ones, as far as they go.
type story struct {
	first  [pipelines]int
	events []event
}

// aStory is of three acts, each of which may be left out, so that a story that fails becomes a short one.
func aStory(t *rapid.T) story {
	s := story{first: [...]int{rapid.IntRange(1, 12).Draw(t, "low"), rapid.IntRange(1, 4).Draw(t, "high")}}
	for range 3 {
		s.events = append(s.events, rapid.SliceOfN(rapid.Custom(anEvent), 0, 6).Draw(t, "act")...)
	}
	return s
}

// String is the story as somebody would tell it.
func (s story) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "low has %d records, high has %d\n", s.first[low], s.first[high])
	for i, e := range s.events {
		fmt.Fprintf(&b, "%2d. %s\n", i+1, e)
	}
	return b.String()
}

// GoString is what rapid prints.
func (s story) GoString() string { return "\n" + s.String() }

func (e event) String() string {
	switch {
	case e.verb != "run" && strings.Contains(e.verb, "breaks"), strings.Contains(e.verb, "broken"):
		return fmt.Sprintf("%s: %s: row %d, its %s", e.who, e.verb, e.at, e.how)
	case e.verb != "run":
		return fmt.Sprintf("%s: %s: row %d", e.who, e.verb, e.at)
	}
	out := strings.TrimSpace(fmt.Sprintf("run %s %s", e.who, e.wish))
	for _, step := range e.dies {
		out += fmt.Sprintf(", killed at %q", step)
	}
	return out
}

// start is the source before the story.
func start(records int) source {
	var s source
	for id := range records {
		s.rows = append(s.rows, row{id: id})
	}
	return s
}

// change is what an event does to a source. One that fits nothing does nothing. There is always a row.
func (s source) change(e event) source {
	s.rows = slices.Clone(s.rows)
	i := e.at % len(s.rows)
	one := s.rows[i]
	switch e.verb {
	case "a new record", "a record comes back":
		if id, ok := s.missing(e.verb == "a new record"); ok {
			s.rows = slices.Insert(s.rows, i, row{id: id})
		}
	case "a correction":
		s.rows[i].rev++
	case "the correction is taken back":
		s.rows[i].rev = max(0, one.rev-1)
	case "a row breaks":
		s.rows[i].defect = e.how
	case "a row is mended":
		if at := slices.IndexFunc(s.rows, func(r row) bool { return r.defect != none }); at >= 0 {
			s.rows[at].defect = none
		}
	case "all is mended":
		for at := range s.rows {
			s.rows[at].defect = none
		}
	case "a row is removed":
		if len(s.rows) > 1 {
			s.rows = slices.Delete(s.rows, i, i+1)
		}
	case "a row stands twice":
		s.rows = append(s.rows, one)
	case "a row stands twice, the second time corrected":
		s.rows = append(s.rows, row{one.id, one.rev + 1, one.defect})
	case "a row stands twice, the second time broken":
		s.rows = append(s.rows, row{one.id, one.rev, e.how})
	case "the rows are reversed":
		slices.Reverse(s.rows)
	case "the last row comes first":
		s.rows = append(s.rows[len(s.rows)-1:], s.rows[:len(s.rows)-1]...)
	case "one file becomes two, or two one":
		s.two = !s.two
	}
	return s
}

// missing is a record that the source does not have: the highest there could be, or the lowest that was removed.
func (s source) missing(fresh bool) (int, bool) {
	top := -1
	there := map[int]bool{}
	for _, r := range s.rows {
		there[r.id], top = true, max(top, r.id)
	}
	if fresh {
		return top + 1, top+1 < most
	}
	for id := range top {
		if !there[id] {
			return id, true
		}
	}
	return 0, false
}

func TestSource_AlwaysHasARow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		told := rapid.Custom(aStory).Draw(t, "story")
		s := start(told.first[low])
		for _, e := range told.events {
			s = s.change(e)
			for _, f := range s.files() {
				if len(f.rows) == 0 {
					t.Fatalf("after %s the file %s is empty", e, f.name)
				}
			}
		}
	})
}
