package ledger

import (
	"context"
	"testing"
)

// One run of one commit: eight transactions, each on the disk.
func BenchmarkLedger_Run(b *testing.B) {
	ctx := context.Background()
	l := newWorld(b).open("node-1", 1)
	for b.Loop() {
		run := begin(b, l, penalties)
		k := lock(b, l, run)
		no := openCommit(b, l, run, k, 0)
		must(b, l.CloseCommit(ctx, run, k, closing(no)))
		must(b, l.MarkApplied(ctx, run.Kind, no))
		must(b, l.MarkLive(ctx, run.Kind, no))
		must(b, l.UnlockKind(ctx, k))
		must(b, l.Finish(ctx, run, Outcome{State: RunDone}))
	}
}
