package late

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/ledger"
	"creditsync/internal/testkit/site"
)

// two are two pipelines of one kind, each with an inbox of its own.
const two = `
  - {name: east, kind: admin_penalty, mode: snapshot, source: {file: {path: "east/*.csv"}}}
  - {name: west, kind: admin_penalty, mode: snapshot, source: {file: {path: "west/*.csv"}}}
`

// delivered puts a night's files into the inbox of a pipeline.
func (s *deployment) delivered(t *testing.T, pipeline string, from *site.Source, night int) {
	t.Helper()
	s.DeliverTo(pipeline, from.Files(t, night))
}

// both puts a night's files into both inboxes.
func (s *deployment) both(t *testing.T, night int) {
	t.Helper()
	s.delivered(t, "east", site.NewSource(t), night)
	s.delivered(t, "west", site.NewSourceOf(t, 12), night)
}

// inOrder are the books of an undisturbed site whose commits are those of these pipelines, one after the other; a night
// begins with each first.
func inOrder(t *testing.T, nights [][]string) site.Books {
	t.Helper()
	s := newSite(t, keysOf(t), broker{}, two)
	for night, list := range nights {
		s.both(t, site.Changing(night))
		for _, pipeline := range list {
			s.Calmly(pipeline)
		}
	}
	books := s.Books()
	s.Alone()
	return books
}

// asleep starts a run that stops itself at a step.
func (s *deployment) asleep(step string, pipelines ...string) *site.Process {
	s.T.Helper()
	p := s.Start([]string{app.EnvStopAt + "=" + step}, append([]string{"run", "--json"}, pipelines...)...)
	if !p.Halted() {
		s.T.Fatalf("the run did not stop at %q:\n%s", step, p.Printed())
	}
	return p
}

// TestSleeper_OfTheKind_I5: a run sleeps past the end of its lock on the kind; another run closes the next commit; then the
// sleeper wakes. What it had not closed is refused, what it had is there once.
func TestSleeper_OfTheKind_I5(t *testing.T) {
	t.Parallel()
	steps := []struct {
		name   string
		closed bool // its commit is closed by then
	}{
		{"locked", false}, {"opened", false}, {"diffed", false}, {"written", false}, {"quarantine written", false}, {"verified", false},
		{"closed", true}, {"forwarded", true}, {"applied", true},
	}
	if !*all {
		steps = slices.Concat(steps[5:6], steps[6:7])
	}
	var order [][]string
	s := newSite(t, keysOf(t), broker{}, two)
	for night, step := range steps {
		s.both(t, site.Changing(night))
		sleeper := s.asleep(step.name, "east")
		if got := s.Start(nil, "run", "--json", "west").Outcome(); got != "exit 0" {
			t.Errorf("%s: the run that goes on: %s", step.name, got)
		}
		sleeper.Resume()
		got := sleeper.Outcome()
		t.Logf("%s: the sleeper: %s", step.name, got)
		switch {
		case step.closed:
			order = append(order, []string{"east", "west"})
			// Its run may have been ended by the other's janitor; what it committed stands all the same.
			if got != "exit 0" && !strings.HasPrefix(got, "exit 1 done") && got != "exit 1 failed lease.lost" {
				t.Errorf("%s: the sleeper whose commit stands: %s", step.name, got)
			}
		default:
			order = append(order, []string{"west", "east"})
			if got != "exit 1 failed lease.lost" && got != "exit 1 failed commit.not_open" {
				t.Errorf("%s: the sleeper: %s, want that its commit is refused\n%s", step.name, got, sleeper.Printed())
			}
			s.Calmly("east")
		}
	}
	s.Books().Equal(t, inOrder(t, order))
}

// TestSleeper_OfThePipeline_I5: the same for the lease of a pipeline: the second run of the pipeline goes on.
func TestSleeper_OfThePipeline_I5(t *testing.T) {
	t.Parallel()
	steps := []string{"leased", "batch half staged", "staged", "guarded", "verified"}
	if !*all {
		steps = []string{"batch half staged", "verified"}
	}
	steps = steps[:min(len(steps), calmNights)]
	from := site.NewSource(t)
	s := newSite(t, keysOf(t), broker{}, "")
	for night, step := range steps {
		s.Deliver(from.Files(t, site.Changing(night)))
		sleeper := s.asleep(step)
		s.expired("penalties")
		s.Calmly()
		sleeper.Resume()
		if got := sleeper.Outcome(); got != "exit 1 failed lease.lost" {
			t.Errorf("%s: the sleeper: %s, want that it is refused", step, got)
		}
	}
	books := s.Books()
	s.Alone()
	delete(books, "left behind") // of the last night: the sleeper has staged, or not, when the other's janitor was through
	want := calm(t, len(steps))
	for name := range books {
		site.Books{name: books[name]}.Equal(t, site.Books{name: want[name]})
	}
}

// expired waits until the lease of a pipeline has expired.
func (s *deployment) expired(pipeline string) {
	s.T.Helper()
	s.Engine.Every(50*time.Millisecond, "the lease of "+pipeline+" expires", func() (free bool) {
		s.Ledger(func(ctx context.Context, l *ledger.Ledger) error {
			_, busy, err := l.PipelineHolder(ctx, pipeline)
			free = !busy
			return err
		})
		return free
	})
}
