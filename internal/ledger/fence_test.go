package ledger

import (
	"context"
	"testing"
)

// I5: who has given the kind back, or has lost it, closes nothing, also where nobody has taken it since and the commit is
// still open.
func TestCloseCommit_I5_OnlyByWhoHoldsPipelineAndKind(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a := newWorld(t).open("node-1", 1)
	run := begin(t, a, penalties)
	k := lock(t, a, run)
	no := openCommit(t, a, run, k, 0)
	closing := Close{No: no, Counts: counts, Last: true, Cursor: []byte("x")}

	must(t, a.UnlockKind(ctx, k))
	before := dump(t, a)
	wantErr(t, a.CloseCommit(ctx, run, k, closing), ErrFenced, "lease.lost")
	stale := *k
	stale.Fence--
	wantErr(t, a.CloseCommit(ctx, run, &stale, closing), ErrFenced, "lease.lost")
	_, err := a.OpenCommit(ctx, run, k, 0)
	wantErr(t, err, ErrFenced, "lease.lost")
	if after := dump(t, a); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}

	again := lock(t, a, run)
	no = openCommit(t, a, run, again, 0)
	replaced := *run
	replaced.Fence-- // as of a run that another has replaced
	wantErr(t, a.CloseCommit(ctx, &replaced, again, Close{No: no}), ErrFenced, "lease.lost")
	must(t, a.CloseCommit(ctx, run, again, Close{No: no}))
}
