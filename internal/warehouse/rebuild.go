package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/schemas"
)

// RebuildCurrent makes K_current again from the committed versions. The kind must be locked; it may be repeated.
func (w *Warehouse) RebuildCurrent(ctx context.Context, k *schemas.Kind) error {
	if err := w.exec(ctx, "empty "+k.Name+"_current", "TRUNCATE TABLE "+table(k, "current")); err != nil {
		return err
	}
	const columns = "record_id, version, op, status, content_hash, hash_version, seq, pipeline"
	return w.exec(ctx, "make "+k.Name+"_current again", fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE commit_no IN (%s)", table(k, "current"), columns, columns, table(k, "versions"), listedNumbers(k)))
}

// RebuildLive makes K_live again from the versions that are current.
func (w *Warehouse) RebuildLive(ctx context.Context, k *schemas.Kind) error {
	if err := w.exec(ctx, "empty "+k.Name+"_live", "TRUNCATE TABLE "+table(k, "live")); err != nil {
		return err
	}
	columns := strings.Join(versionNames(k), ", ")
	return w.exec(ctx, "make "+k.Name+"_live again", fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE seq IN (SELECT max(seq) FROM %s GROUP BY record_id)", table(k, "live"), columns, columns, table(k, "versions"), table(k, "current")))
}

// RebuildQuarantine makes the kind's refused rows again from their committed versions.
func (w *Warehouse) RebuildQuarantine(ctx context.Context, k *schemas.Kind) error {
	if err := w.exec(ctx, "empty the quarantine", fmt.Sprintf("DELETE FROM %s.quarantine WHERE kind = %s", Database, quote(k.Name))); err != nil {
		return err
	}
	return w.exec(ctx, "make the quarantine again", fmt.Sprintf("INSERT INTO %[1]s.quarantine SELECT * FROM %[1]s.quarantine_versions WHERE kind = %[2]s AND commit_no IN (%[3]s)", Database, quote(k.Name), listedNumbers(k)))
}

// CurrentHas reports whether current holds a row of a commit: then the commit was closed.
func (w *Warehouse) CurrentHas(ctx context.Context, k *schemas.Kind, commit uint64) (bool, error) {
	var n uint64
	err := w.row(ctx, "look for a commit in "+k.Name+"_current", fmt.Sprintf("SELECT count() FROM %s WHERE bitShiftRight(seq, 24) = %d", table(k, "current"), commit), &n)
	return n > 0, err
}

// Runs are the listed runs of a kind, by number.
func (w *Warehouse) Runs(ctx context.Context, k *schemas.Kind) ([]RunRow, error) {
	return sums(ctx, w, "list the runs", fmt.Sprintf(`SELECT toString(run), run_no, toString(pipeline), toString(kind), toString(mode), toString(state), started_at, finished_at, read, accepted, rejected, inserted, updated, deleted, unchanged, superseded, withheld, warnings, error
FROM %s.runs FINAL WHERE kind = %s ORDER BY run_no`, Database, quote(k.Name)), func(r *RunRow) []any {
		return []any{&r.Run, &r.No, &r.Pipeline, &r.Kind, &r.Mode, &r.State, &r.Started, &r.Finished, &r.Read, &r.Accepted, &r.Rejected, &r.Inserted, &r.Updated, &r.Deleted, &r.Unchanged, &r.Superseded, &r.Withheld, &r.Warnings, &r.Error}
	})
}
