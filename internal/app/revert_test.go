package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/pipelines"
)

// bring delivers rows, runs the pipeline in the same process and returns the run.
func (s *site) bring(of *sheet, from, to int) RunResult {
	s.t.Helper()
	s.put(of.part(from, to))
	res, err := s.Run(context.Background(), nil, pipelines.Wish{})
	if err != nil || len(res) != 1 || res[0].Err != nil || res[0].PublishErr != nil {
		s.t.Fatalf("%+v, %v", res, err)
	}
	return res[0]
}

// records are the records as analysts see them, without what a new version always changes.
func (s *site) records() []string {
	s.t.Helper()
	return strings.Split(s.query("SELECT * EXCEPT (version, run_no, ingested_at) FROM credit.admin_penalty ORDER BY record_id"), "\n")
}

func (s *site) wantSame(what string, want []string) {
	s.t.Helper()
	if got := s.records(); !slices.Equal(got, want) {
		s.t.Errorf("%s: got %d records %q, want %d %q", what, len(got), got, len(want), want)
	}
}

// reverts undoes a run; it must end well.
func (s *site) reverts(run uint64, partly bool) Reverted {
	s.t.Helper()
	got, err := s.Revert(context.Background(), RevertWish{Run: fmt.Sprint(run), Reason: "a test", Partly: partly})
	if err != nil || got.Err != nil || got.PublishErr != nil || got.State != pipelines.Done {
		s.t.Fatalf("revert run %d: %+v, %v", run, got, err)
	}
	return got
}

// wantUndone holds the counts of a run against what they should be.
func (s *site) wantUndone(what string, got, want pipelines.Counts) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

// A reverted run leaves the records as they were before it, by new versions that are told in order; the same source brings
// its changes again; and a revert is reverted like any run.
func TestRevert_RecordsAreAsBefore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	of := newSheet(52)
	s.bring(of, 0, 50)
	before := s.records()
	for row := 10; row < 13; row++ {
		of.set(row, "penalty_content", "罚款，更正后的内容")
	}
	bad := s.bring(of, 4, 52) // 4 removed, 3 changed, 2 new
	after := s.records()
	s.wantUndone("the bad run", bad.Counts, pipelines.Counts{Read: 48, Accepted: 48, Inserted: 2, Updated: 3, Deleted: 4, Unchanged: 43, Warnings: bad.Counts.Warnings})

	dry, err := s.Revert(context.Background(), RevertWish{Run: "2", DryRun: true})
	want := pipelines.Counts{Read: 7, Accepted: 7, Inserted: 4, Updated: 3, Deleted: 2}
	if err != nil || dry.Err != nil || dry.Counts != want || dry.Published != 0 {
		t.Errorf("dry run: %+v, %v", dry, err)
	}
	if got := s.records(); !slices.Equal(got, after) {
		t.Error("a dry run changed records")
	}
	got := s.reverts(2, false)
	s.wantUndone("the revert", got.Counts, want)
	if got.Published != 9 || got.Of.RunNo != 2 || len(got.By) > 0 {
		t.Errorf("the revert: %+v", got)
	}
	if now := s.records(); !slices.Equal(now, before) {
		t.Errorf("the records are not as before:\n%q\n%q", now, before)
	}
	s.wantLives("2: upsert 1, delete 2", "3: upsert 1, upsert 2, upsert 3", "43: upsert 1", "4: upsert 1, delete 2, upsert 3")
	if got := s.query("SELECT DISTINCT changed FROM credit.admin_penalty_history WHERE op = 'upsert' AND version = 3 AND run_no = 4 AND notEmpty(changed)"); got != "['penalty_content']" {
		t.Errorf("changed: got %s", got)
	}
	again := s.bring(of, 4, 52)
	s.wantUndone("the same source again", again.Counts, pipelines.Counts{Read: 48, Accepted: 48, Inserted: 2, Updated: 3, Deleted: 4, Unchanged: 43, Warnings: bad.Counts.Warnings})
	s.wantUndone("its revert", s.reverts(5, false).Counts, want)
	s.wantUndone("the revert of that", s.reverts(6, false).Counts, pipelines.Counts{Read: 5, Accepted: 5, Inserted: 2, Updated: 3, Deleted: 4})
	if now := s.records(); !slices.Equal(now, after) {
		t.Errorf("the records are not as after the bad run:\n%q\n%q", now, after)
	}
	s.wantUndone("nothing is left to undo", s.reverts(6, false).Counts, pipelines.Counts{Read: 9, Accepted: 9, Unchanged: 9})
	if entries, err := s.open.ledger.AuditLog(context.Background(), 0); err != nil || !slices.ContainsFunc(entries, func(e ledger.Entry) bool {
		return e.What == "run.revert" && e.Subject == "penalties" && strings.HasPrefix(e.Detail, "run 2, ") && strings.HasSuffix(e.Detail, ": a test") && e.Who != ""
	}) {
		t.Errorf("the audit: %+v, %v", entries, err)
	}
	if list, err := s.Runs(context.Background(), "", 0); err != nil || list[len(list)-4].Mode != "revert" || list[len(list)-4].Reverts != 2 || list[len(list)-4].Reason != "a test" {
		t.Errorf("the runs: %+v, %v", list, err)
	}
}

// What others changed since is left alone: by default nothing is reverted and they are named, newest first they can all be
// undone, or the rest of the run's.
func TestRevert_WhatWasChangedSince(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	of := newSheet(30)
	s.bring(of, 0, 30)
	first := s.records()
	for row := range 3 {
		of.set(row, "penalty_content", "第一次更正")
	}
	s.bring(of, 0, 30)
	second := s.records()
	of.set(0, "penalty_content", "第二次更正")
	s.bring(of, 1, 30) // row 0 is gone …
	s.bring(of, 0, 30) // … and comes back with another content
	third := s.records()

	got, err := s.Revert(context.Background(), RevertWish{Run: "2", Reason: "a test"})
	s.wantFault(got.Err, fault.Run, "revert.touched")
	if err != nil || got.State != pipelines.Failed || len(got.By) != 1 || got.By[0].RunNo != 4 || got.By[0].Records != 1 {
		t.Errorf("got %+v, %v; want refused for 1 record of run 4", got, err)
	}
	if !strings.Contains(fmt.Sprint(got.Err), "run 4: 1") {
		t.Errorf("the sentence does not say by whom: %v", got.Err)
	}
	if now := s.records(); !slices.Equal(now, third) {
		t.Error("a revert that was refused changed records")
	}
	// The later runs first: each leaves what the one before left, so all can be undone.
	s.wantUndone("run 4", s.reverts(4, false).Counts, pipelines.Counts{Deleted: 1})
	s.wantUndone("run 3", s.reverts(3, false).Counts, pipelines.Counts{Read: 1, Accepted: 1, Inserted: 1})
	if now := s.records(); !slices.Equal(now, second) {
		t.Error("the records are not as after run 2")
	}
	s.wantUndone("run 2", s.reverts(2, false).Counts, pipelines.Counts{Read: 3, Accepted: 3, Updated: 3})
	if now := s.records(); !slices.Equal(now, first) {
		t.Error("the records are not as after run 1")
	}
	s.bring(of, 0, 30)
	of.set(1, "penalty_content", "第三次更正")
	last := s.bring(of, 0, 30)
	partly := s.reverts(last.RunNo-1, true)
	s.wantUndone("partly", partly.Counts, pipelines.Counts{Read: 3, Accepted: 3, Updated: 2, Superseded: 1})
	if len(partly.By) != 1 || partly.By[0].RunNo != last.RunNo {
		t.Errorf("left alone: %+v", partly.By)
	}
}

// A run of several commits is undone in several, and a load in full.
func TestRevert_SeveralCommits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.open.sliceRows = 100
	of := newSheet(120)
	s.bring(of, 0, 60)
	before := s.records()
	for row := range 40 {
		of.set(row, "penalty_content", "更正后的内容")
	}
	bad := s.bring(of, 0, 120)
	got := s.reverts(2, false)
	s.wantUndone("the revert", got.Counts, pipelines.Counts{Read: 40, Accepted: 40, Updated: 40, Deleted: 60})
	if now := s.records(); !slices.Equal(now, before) {
		t.Error("the records are not as before")
	}
	for run, least := range map[string]string{bad.Run: "2", got.Run: "2"} {
		if n := s.query("SELECT count() >= " + least + " FROM credit.commits FINAL WHERE run = '" + run + "'"); n != "1" {
			t.Errorf("run %s has fewer than %s commits", run, least)
		}
	}
	s.wantUndone("the first load", s.reverts(1, false).Counts, pipelines.Counts{Deleted: 60})
	if n := s.query("SELECT count() FROM credit.admin_penalty"); n != "0" {
		t.Errorf("%s records are left", n)
	}
	s.wantLives("40: upsert 1, upsert 2, upsert 3, delete 4", "80: upsert 1, delete 2")
}

// What a reverted run had resolved in quarantine is open again; what it refused stays.
func TestRevert_Quarantine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	of := newSheet(30)
	good := slices.Clone(of.rows[5])
	of.set(5, "valid_until", "二零二四年")
	s.bring(of, 0, 30)
	of.rows[5] = good
	of.set(6, "valid_until", "0000-00-00")
	s.bring(of, 0, 30)
	states := func() string {
		return s.query("SELECT state, first_run, last_run, times_seen FROM credit.quarantine FINAL ORDER BY source_ref")
	}
	if got, want := states(), "resolved\t1\t1\t1\nopen\t2\t2\t1"; got != want {
		t.Fatalf("before: got %q, want %q", got, want)
	}
	s.reverts(2, false)
	if got, want := states(), "open\t1\t1\t1\nopen\t2\t2\t1"; got != want {
		t.Errorf("after the revert: got %q, want %q", got, want)
	}
	s.reverts(3, false)
	if got, want := states(), "resolved\t1\t1\t1\nopen\t2\t2\t1"; got != want {
		t.Errorf("after the revert of the revert: got %q, want %q", got, want)
	}
}

func TestRevert_Refuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := context.Background()
	of := newSheet(60)
	for row := range 30 {
		of.set(row, "decision_no", "")
	}
	s.put(of)
	if res, err := s.Run(ctx, nil, pipelines.Wish{}); err != nil || res[0].State != pipelines.Failed {
		t.Fatalf("got %+v, %v, want a failed run", res, err)
	}
	if n, err := s.Dismiss(ctx, QuarantineFilter{Pipeline: "penalties"}, "a test"); err != nil || n != 30 {
		t.Fatalf("dismissed %d, %v", n, err)
	}
	for run, code := range map[string]string{"1": "revert.not_done", "2": "revert.mode", "77": "run.unknown"} {
		_, err := s.Revert(ctx, RevertWish{Run: run, Reason: "a test"})
		s.wantFault(err, fault.Input, code)
	}
}
