package serve

import (
	"strings"
	"testing"
	"time"

	"creditsync/internal/app"
)

// wantRuns waits until the ledger has these runs and no other.
func (s *deployment) wantRuns(p *process, want ...string) {
	s.t.Helper()
	var got []string
	s.until("the runs are "+strings.Join(want, ", "), func() bool {
		p.lives()
		got = s.runs()
		return strings.Join(got, ", ") == strings.Join(want, ", ")
	})
}

// Killed at any moment around a scheduled time and started again, serve runs it once: one run ends well, and what was
// stored and told is what one run stores and tells.
func TestServe_KilledAcrossATick(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"leased", "guarded", "written", "closed", "finished"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nightly)
			s.deliver("inbox/a.csv", 1, 50)
			died := s.serve("2026-03-02T01:29:57+08:00", app.EnvDieAt+"="+step)
			if got := died.ends(limit); got != -1 {
				t.Fatalf("serve ended with %d instead of being killed at %q", got, step)
			}
			again := s.serve("2026-03-02T01:30:10+08:00").ready()
			want := []string{"02T01:30 failed", "02T01:30 done"}
			if step == "finished" {
				want = []string{"02T01:30 done"}
			}
			s.wantRuns(again, want...)
			again.told(50)
		})
	}
}

// told waits until so many messages are told, and no more.
func (p *process) told(n int) {
	p.s.t.Helper()
	l := p.s.book()
	p.s.until("all is told", func() bool {
		messages, commits, err := l.Notifications(p.s.t.Context(), "admin_penalty", 0)
		if err != nil {
			p.s.t.Fatal(err)
		}
		if commits > 0 && messages != uint64(n) {
			p.s.t.Fatalf("%d messages are due, want %d", messages, n)
		}
		return strings.Contains(p.get("/metrics"), `creditsync_relay_waiting_messages{kind="admin_penalty"} 0`) && commits > 0
	})
}

// A time that passed while serve was down is made up for once, the next start makes up for nothing, and a clock that is set
// back a day runs nothing again.
func TestServe_RestartsAndClocks(t *testing.T) {
	t.Parallel()
	s := newSite(t, nightly)
	s.deliver("inbox/a.csv", 1, 20)
	p := s.serve("2026-03-02T01:00:00+08:00").ready()
	p.kill()
	p = s.serve("2026-03-02T09:00:00+08:00").ready()
	s.wantRuns(p, "02T01:30 done")
	p.kill()
	p = s.serve("2026-03-02T09:01:00+08:00").ready()
	p.kill()
	p = s.serve("2026-03-01T01:29:58+08:00").ready() // set back a day, right before yesterday's time
	started := time.Now()
	s.until("yesterday's time has passed", func() bool { return time.Since(started) > 4*time.Second })
	s.wantRuns(p, "02T01:30 done")
	p.kill()
	p = s.serve("2026-03-09T12:00:00+08:00").ready() // set forward a week: one run for all
	s.wantRuns(p, "02T01:30 done", "09T01:30 done")
	if status := p.s.book(); status == nil {
		t.Fatal("no ledger")
	}
}
