package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"creditsync/internal/bus"
	"creditsync/pipelines"
)

// calendar is the clock of a deployment that jumps from day to day.
type calendar struct {
	*site
	ahead atomic.Int64
}

// newCalendar is a site with a clock of its own, before anything of it is opened.
func newCalendar(s *site) *calendar {
	c := &calendar{site: s}
	s.App.Now = func() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
	return c
}

// night delivers a snapshot of the first n rows on a day, runs it and returns what was done.
func (c *calendar) night(day float64, n int) RunResult {
	c.t.Helper()
	c.ahead.Store(int64(day * float64(24*time.Hour)))
	c.deliver(n)
	res, err := c.Run(context.Background(), nil, pipelines.Wish{})
	if err != nil || len(res) != 1 || res[0].Err != nil || res[0].PublishErr != nil {
		c.t.Fatalf("day %g: %+v, %v", day, res, err)
	}
	return res[0]
}

// told are the messages of the kind's topic as "op version" by key, in order; a tombstone's value must be absent.
func (s *site) told() map[string][]string {
	s.t.Helper()
	kafka, err := s.kafka(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string][]string{}
	err = bus.Read(context.Background(), kafka, "credit.admin_penalty", func(m bus.Message) bool {
		kind := m.Header("ce_type")
		op := kind[strings.LastIndex(kind, ".")+1:]
		if (op == "forget") != (m.Value == nil) {
			s.t.Errorf("a message of %s has the value %q", kind, m.Value)
		}
		_, version, _ := strings.Cut(m.Header("ce_id"), ":")
		out[string(m.Key)] = append(out[string(m.Key)], op+" "+version)
		return true
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// lives counts how often each life of a record, told as on the topic, occurs.
func lives(told map[string][]string) []string {
	n := map[string]int{}
	for _, life := range told {
		n[strings.Join(life, ", ")]++
	}
	var list []string
	for life, n := range n {
		list = append(list, fmt.Sprintf("%d: %s", n, life))
	}
	slices.Sort(list)
	return list
}

func (s *site) wantLives(want ...string) {
	s.t.Helper()
	if got := lives(s.told()); !slices.Equal(got, want) {
		s.t.Errorf("got %q, want %q", got, want)
	}
}

// A record that has been gone for 7 days is forgotten: a version and a message of its own, counted nowhere; one that came
// back before is not, and one that comes back after is inserted.
func TestForget_AfterSevenDays(t *testing.T) {
	t.Parallel()
	s := newCalendar(newSite(t))
	s.night(0, 50)
	s.night(1, 46)
	if res := s.night(7, 47); res.Counts.Inserted != 1 || res.Published != 1 {
		t.Errorf("the one that came back: %+v", res)
	}
	s.wantLives("1: upsert 1, delete 2, upsert 3", "3: upsert 1, delete 2", "46: upsert 1")

	if res := s.night(8.1, 47); res.Published != 0 || res.Relayed != 0 {
		t.Errorf("the night of the tombstones: %+v", res)
	}
	s.wantLives("1: upsert 1, delete 2, upsert 3", "3: upsert 1, delete 2, forget 3", "46: upsert 1")
	list, err := s.Runs(context.Background(), "", 1)
	if err != nil || len(list) != 1 || list[0].Mode != "forget" || list[0].State != "done" || list[0].Published != 0 || list[0].Counts != (pipelines.Counts{}) {
		t.Errorf("the janitor's run: %+v, %v", list, err)
	}
	s.night(8.2, 47)
	s.night(9.5, 47)
	s.wantLives("1: upsert 1, delete 2, upsert 3", "3: upsert 1, delete 2, forget 3", "46: upsert 1")
	for sql, want := range map[string]string{
		"SELECT count() FROM credit.admin_penalty":                                                                             "47",
		"SELECT count() FROM credit.admin_penalty_current FINAL WHERE op = 'forget'":                                           "3",
		"SELECT count() FROM credit.admin_penalty_live FINAL WHERE op = 'forget' AND subject_name != ''":                       "3",
		"SELECT count() FROM credit.admin_penalty_history WHERE op = 'forget' AND pipeline = 'penalties'":                      "3",
		"SELECT state, mode, count() FROM credit.runs FINAL WHERE pipeline = 'janitor:admin_penalty' GROUP BY state, mode":     "done\tforget\t1",
		"SELECT rows, notify, inserted + updated + deleted FROM credit.commits FINAL WHERE pipeline = 'janitor:admin_penalty'": "3\t3\t0",
	} {
		if got := s.query(sql); got != want {
			t.Errorf("%s: got %q, want %q", sql, got, want)
		}
	}

	if res := s.night(10, 50); res.Counts.Inserted != 3 || res.Published != 3 {
		t.Errorf("those that came back: %+v", res)
	}
	s.wantLives("1: upsert 1, delete 2, upsert 3", "3: upsert 1, delete 2, forget 3, upsert 4", "46: upsert 1")
	for key, life := range s.told() {
		if len(life) < 4 {
			continue
		}
		r, err := s.Record(context.Background(), key)
		if err != nil || len(r.Versions) != 4 || r.Versions[2].Op != "forget" || len(r.Messages) != 4 || r.Messages[2].Op != "forget" || r.Messages[2].Seq != r.Versions[2].Seq {
			t.Errorf("record %s: %+v, %v", key, r, err)
		}
	}
}

// bus.tombstone_after is obeyed, and 0d switches tombstones off.
func TestForget_AsConfigured(t *testing.T) {
	t.Parallel()
	for after, want := range map[string]string{"0d": "3: upsert 1, delete 2", "36h": "3: upsert 1, delete 2, forget 3"} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.configure("}}\npipelines", "}, tombstone_after: "+after+"}\npipelines")
			c := newCalendar(s)
			c.night(0, 30)
			c.night(1, 27)
			c.night(2, 27)
			s.wantLives("27: upsert 1", "3: upsert 1, delete 2")
			c.night(30, 27)
			s.wantLives("27: upsert 1", want)
		})
	}
}
