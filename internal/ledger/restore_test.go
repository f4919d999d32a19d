package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"creditsync/internal/fault"

	"github.com/google/uuid"
)

// commitOnce is a whole run of penalties with one closed and applied commit.
func commitOnce(t testing.TB, l *Ledger, cursor string) (uuid.UUID, uint64) {
	t.Helper()
	ctx := context.Background()
	run := begin(t, l, penalties)
	k := lock(t, l, run)
	no := openCommit(t, l, run, k, 0)
	must(t, l.CloseCommit(ctx, run, k, Close{No: no, Counts: counts, Rows: 12, Notify: 12, Checksum: 1<<63 + no, QuarantineRows: 1, QuarantineChecksum: no, Last: true, Cursor: []byte(cursor), Inputs: []string{cursor}}))
	must(t, l.MarkApplied(ctx, "admin_penalty", no))
	must(t, l.Finish(ctx, run, Outcome{State: RunDone, Counts: counts}))
	return run.ID, no
}

// copied is a world whose file is a copy of this one's, as it is now.
func (w *world) copied() *world {
	w.t.Helper()
	older := &world{w.t, filepath.Join(w.t.TempDir(), "ledger.db"), w.clock, w.procs}
	l := w.open("node-1", 9)
	if _, err := l.writer.Exec("VACUUM INTO ?", older.path); err != nil {
		w.t.Fatal(err)
	}
	return older
}

// remembered is what another store has of a ledger.
func remembered(t testing.TB, l *Ledger) Lost {
	t.Helper()
	ctx := context.Background()
	runs, err := l.Recent(ctx, "", 0)
	must(t, err)
	commits, err := l.Committed(ctx, "admin_penalty", 0, 0)
	must(t, err)
	at, ok, err := l.Standing(ctx, penalties.Pipeline)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return Lost{Runs: runs, Commits: commits, Moved: map[uint64]Standing{commits[len(commits)-1].No: at}}
}

func TestBringBack_AnOlderLedgerKnowsWhatTheNewerDid(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	newer := w.open("node-1", 1)
	commitOnce(t, newer, "a")
	// The copy is taken while a run is under way, with a commit open.
	run := begin(t, newer, penalties)
	k := lock(t, newer, run)
	openCommit(t, newer, run, k, 0)
	old := w.copied()
	must(t, newer.CloseCommit(ctx, run, k, Close{No: 2, Counts: counts, Rows: 3, Notify: 3, Checksum: 7, Last: true, Cursor: []byte("b")}))
	must(t, newer.Finish(ctx, run, Outcome{State: RunDone, Counts: counts}))
	commitOnce(t, newer, "c")
	lost := remembered(t, newer)
	lost.Tried = []uint64{4}
	w.procs.kill(1)

	l := old.open("node-1", 2)
	must(t, l.SkipRuns(ctx, 3))
	must(t, l.SkipRuns(ctx, 1))
	repair := begin(t, l, BeginRun{Pipeline: "repair", Kind: "admin_penalty", Mode: "repair"})
	if repair.No != 4 {
		t.Errorf("the repair is run %d, want 4", repair.No)
	}
	hold := lock(t, l, repair)
	must(t, l.BringBack(ctx, repair, hold, lost))
	before := dump(t, l)
	want, err := newer.Committed(ctx, "admin_penalty", 0, 0)
	must(t, err)
	got, err := l.Committed(ctx, "admin_penalty", 0, 0)
	must(t, err)
	for i := range got { // when a commit was opened and applied is not remembered elsewhere
		got[i].OpenedAt, got[i].AppliedAt = want[i].OpenedAt, want[i].AppliedAt
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got commits\n%+v\nwant\n%+v", got, want)
	}
	at, _, err := l.Standing(ctx, penalties.Pipeline)
	if err != nil || string(at.Cursor) != "c" || !reflect.DeepEqual(at.Inputs, []string{"c"}) {
		t.Errorf("the pipeline stands at %q %v, %v", at.Cursor, at.Inputs, err)
	}
	runs, err := l.Recent(ctx, penalties.Pipeline, 0)
	must(t, err)
	if len(runs) != 3 || runs[1].State != RunDone || runs[1].ErrorCode != "" || runs[1].Counts != counts {
		t.Errorf("got runs %+v", runs)
	}
	tip, err := l.Tip(ctx, "admin_penalty")
	if err != nil || tip.Highest != 4 || tip.Newest.No != 3 || tip.Closed != 3 {
		t.Errorf("got %+v, %v", tip, err)
	}
	must(t, l.BringBack(ctx, repair, hold, lost)) // I2: but for the entry that says so
	if after := dump(t, l); len(after) == len(before) {
		t.Error("the second time left no entry")
	}
	if no := openCommit(t, l, repair, hold, 0); no != 5 {
		t.Errorf("the next number is %d, want 5", no)
	}
}

func TestBringBack_RefusesAnotherHistory(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	l := w.open("node-1", 1)
	old := w.copied()
	commitOnce(t, l, "a")
	lost := remembered(t, l)
	other := old.open("node-1", 2)
	commitOnce(t, other, "x")
	repair := begin(t, other, BeginRun{Pipeline: "repair", Kind: "admin_penalty", Mode: "repair"})
	hold := lock(t, other, repair)
	before := dump(t, other)
	wantFault(t, other.BringBack(ctx, repair, hold, lost), fault.Environment, "ledger.other_history")
	if dump(t, other) != before {
		t.Error("it changed something")
	}
	must(t, other.UnlockKind(ctx, hold))
	if err := other.BringBack(ctx, repair, hold, Lost{}); !errors.Is(err, ErrFenced) {
		t.Errorf("got %v, want ErrFenced", err)
	}
}

func TestAdopt_OnlyAFreshLedger(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := newWorld(t).open("node-1", 1)
	id := uuid.NewString()
	must(t, l.Adopt(ctx, id))
	if l.Deployment() != id {
		t.Errorf("it is %s, want %s", l.Deployment(), id)
	}
	commitOnce(t, l, "a")
	wantFault(t, l.Adopt(ctx, uuid.NewString()), fault.Input, "ledger.in_use")
}

func TestForcePosition_GoesBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := newWorld(t).open("node-1", 1)
	lease, err := l.TakeRelay(ctx, "admin_penalty")
	must(t, err)
	must(t, l.SetPosition(ctx, lease, Position{Seq: 9, TopicID: "x", Partitions: 6}))
	must(t, l.ForcePosition(ctx, lease, Position{Seq: 3, TopicID: "y", Partitions: 6}, "the topic was made again"))
	got, _, err := l.Position(ctx, "admin_penalty")
	if err != nil || got.Seq != 3 || got.TopicID != "y" || got.At.IsZero() {
		t.Errorf("got %+v, %v", got, err)
	}
	must(t, l.ReleaseRelay(ctx, lease))
	if err := l.ForcePosition(ctx, lease, Position{Seq: 1}, ""); !errors.Is(err, ErrFenced) {
		t.Errorf("got %v, want ErrFenced", err)
	}
}

func TestOpen_ReadOnlyMakesAndChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t)
	o := Options{Now: w.clock.Now, Self: Holder{Host: "node-1", PID: 3}, ReadOnly: true}
	if _, err := Open(ctx, w.path, o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that there is none", err)
	}
	if _, err := os.Stat(w.path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it made a file")
	}
	l := w.open("node-1", 1)
	commitOnce(t, l, "a")
	before := dump(t, l)
	r, err := Open(ctx, w.path, o)
	must(t, err)
	defer r.Close()
	if tip, err := r.Tip(ctx, "admin_penalty"); err != nil || tip.Newest.No != 1 || r.Deployment() != l.Deployment() {
		t.Errorf("got %+v, %v of %s", tip, err, r.Deployment())
	}
	if _, err := r.Begin(ctx, penalties); err == nil {
		t.Error("it began a run")
	}
	if dump(t, l) != before {
		t.Error("it changed something")
	}
	if _, err := l.writer.Exec("DELETE FROM schema_version WHERE version > 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, w.path, o); fault.CodeOf(err) != "ledger.older" {
		t.Errorf("got %v, want ledger.older", err)
	}
}

func TestTip_DoesNotGrowSlowWithTheLedger(t *testing.T) {
	t.Parallel()
	l := newWorld(t).open("node-1", 1)
	for query, index := range map[string]string{
		"SELECT count(*) FROM commits INDEXED BY commits_closed WHERE kind = 'k' AND state IN ('closed', 'applied')": "COVERING INDEX commits_closed",
		"SELECT * FROM commits WHERE kind = 'k' AND state IN ('closed', 'applied') ORDER BY no DESC LIMIT 1":         "PRIMARY KEY",
	} {
		var id, parent, unused int
		var step string
		must(t, l.reader.QueryRow("EXPLAIN QUERY PLAN "+query).Scan(&id, &parent, &unused, &step))
		if !strings.Contains(step, index) {
			t.Errorf("%s: %s, want %s", query, step, index)
		}
	}
}
