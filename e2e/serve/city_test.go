package serve

import (
	"testing"
	"time"

	"creditsync/examples/tour/city"
	"creditsync/internal/ledger"
)

// TestServe_FourDepartments has serve read what `make run` shows, by schedule: files, databases of three kinds, a signed web
// API. Each pipeline runs once a night, and what changed between two nights is what the second one finds.
func TestServe_FourDepartments(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	c, err := city.Start(t.Context(), s.dir, 7, 1000)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.configure("\n" + c.Configured("30 1 * * *"))
	if err := c.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.serve("2027-01-04T12:00:00+08:00").ready().kill() // the first night is known to be due, however long a start takes
	first := s.night("2027-01-05T01:29:57+08:00", len(c.Registers)+1)
	for name, r := range c.Registers {
		if got, rows, refused := first[name], uint64(len(r.Rows())), uint64(r.Refused()); got.Counts.Read != rows || got.Counts.Rejected != refused || got.Counts.Inserted != rows-refused {
			t.Errorf("%s, first night: %+v, want %d rows, %d of them refused, the others inserted", name, got.Counts, rows, refused)
		}
	}
	if got, rows := first[city.Penalties], uint64(c.Book.Rows()); got.Counts.Read != rows || got.Counts.Superseded != uint64(c.Book.Twice()) || got.Counts.Updated+got.Counts.Deleted+got.Counts.Unchanged > 0 {
		t.Errorf("penalties, first night: %+v, want %d rows", got.Counts, rows)
	}
	penalties, others := c.Next()
	if err := c.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := s.night("2027-01-06T01:29:57+08:00", len(c.Registers)+1)
	for name, want := range others {
		if got := second[name]; got.Counts.Inserted != uint64(want.Inserted) || got.Counts.Updated != uint64(want.Updated) || got.Counts.Deleted+got.Counts.Withheld != uint64(want.Deleted) {
			t.Errorf("%s, second night: %+v, want %+v", name, got.Counts, want)
		}
	}
	if got := second[city.Penalties]; got.Counts.Inserted != uint64(penalties.Inserted()) || got.Counts.Updated != uint64(penalties.Updated()) || got.Counts.Withheld != uint64(penalties.Deleted()) {
		t.Errorf("penalties, second night: %+v", got.Counts)
	}
}

// night has serve run through half past one and returns how each of the pipelines ran: once, by schedule, to a good end, and
// all that it had to tell is told.
func (s *deployment) night(at string, pipelines int) map[string]ledger.RunRow {
	s.t.Helper()
	p := s.serve(at).ready()
	defer p.kill()
	day := at[:len("2027-01-05")]
	var ran map[string]ledger.RunRow
	s.until("each pipeline has run by schedule and told of it", func() bool {
		p.lives()
		list, err := s.book().Recent(s.t.Context(), "", 0)
		if err != nil {
			s.t.Fatal(err)
		}
		ran = map[string]ledger.RunRow{}
		for _, r := range list {
			if r.Tick.In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04") != day+"T01:30" {
				continue
			}
			if _, twice := ran[r.Pipeline]; twice || r.State == "failed" {
				s.t.Fatalf("%s: a second run, or one that failed: %+v", r.Pipeline, r)
			}
			if r.State == "done" && r.Published == r.Counts.Inserted+r.Counts.Updated+r.Counts.Deleted {
				ran[r.Pipeline] = r
			}
		}
		return len(ran) == pipelines
	})
	return ran
}
