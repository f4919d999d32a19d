package late

import (
	"slices"
	"strings"
	"testing"

	"creditsync/internal/testkit/site"
)

// TestBeside_TwoPipelines_I5: two runs of different pipelines of one kind at once, beside an engine and a broker that stay
// up. Both end well, and what is left is what the same commits leave one after the other.
func TestBeside_TwoPipelines_I5(t *testing.T) {
	t.Parallel()
	nights := 2
	if *all {
		nights = 12
	}
	s := newSite(t, keysOf(t), broker{}, two)
	for night := range nights {
		s.both(t, site.Changing(night))
		runs := []*site.Process{s.Start(nil, "run", "--json", "east"), s.Start(nil, "run", "--json", "west")}
		for i, p := range runs {
			if got := p.Outcome(); got != "exit 0" {
				t.Errorf("night %d, run %d: %s\n%s", night, i, got, p.Printed())
			}
		}
	}
	s.Calmly() // its janitor sweeps what each had to leave for the other
	var order [][]string
	for i, c := range s.Committed(0) {
		if i%2 == 0 {
			order = append(order, nil)
		}
		order[i/2] = append(order[i/2], c.Pipeline)
	}
	t.Logf("order %v", order)
	// The last two are those of the run in peace; its night is the one before.
	want := newSite(t, keysOf(t), broker{}, two)
	for night, list := range order {
		want.both(t, site.Changing(min(night, nights-1)))
		for _, pipeline := range list {
			want.Calmly(pipeline)
		}
	}
	s.Books().Equal(t, want.Books())
}

// TestBeside_OnePipeline_I5: two runs of one pipeline at once: one runs, the other says who does; nothing is doubled.
func TestBeside_OnePipeline_I5(t *testing.T) {
	t.Parallel()
	from := site.NewSource(t)
	s := newSite(t, keysOf(t), broker{}, "")
	nights := 2
	for night := range nights {
		s.Deliver(from.Files(t, site.Changing(night)))
		before := s.Last()
		sleeper := s.asleep("staged") // so that the other comes while it runs
		if got := s.Start(nil, "run", "--json").Outcome(); got != "exit 1 failed pipeline.busy" {
			t.Errorf("the second run: %s", got)
		}
		sleeper.Resume()
		if got := sleeper.Outcome(); got != "exit 0" {
			t.Errorf("the first run: %s", got)
		}
		if n := len(s.Committed(before)); n != 1 {
			t.Errorf("%d commits in one night", n)
		}
	}
	s.Books().Equal(t, calm(t, nights))
}

// TestBeside_OwnEngine_I5: a run that has started its own engine and broker holds the data directory; another one that comes
// meanwhile waits for them or says who has them, and changes nothing.
func TestBeside_OwnEngine_I5(t *testing.T) {
	t.Parallel()
	s := &deployment{Site: site.New(t, program.Path(t), keysOf(t), site.Config{Pipelines: two}), pipelines: two}
	nights := 2
	for night := range nights {
		s.both(t, site.Changing(night))
		first, second := s.Start(nil, "run", "--json", "east"), s.Start(nil, "run", "--json", "west")
		got := []string{first.Outcome(), second.Outcome()}
		t.Logf("night %d: %q", night, got)
		for i, pipeline := range []string{"east", "west"} {
			if got[i] == "exit 0" {
				continue
			}
			if !strings.HasPrefix(got[i], "exit 3") {
				t.Errorf("night %d, %s: %s", night, pipeline, got[i])
			}
			s.Calmly(pipeline)
		}
		list := s.Committed(0)
		if len(list) != 2*(night+1) {
			t.Fatalf("night %d: %d commits, want %d", night, len(list), 2*(night+1))
		}
	}
	var order [][]string
	for pair := range slices.Chunk(s.Committed(0), 2) {
		order = append(order, []string{pair[0].Pipeline, pair[1].Pipeline})
	}
	s.Beside()
	s.Books().Equal(t, inOrder(t, order))
}
