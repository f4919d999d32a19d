package warehouse

import (
	"context"
	"fmt"

	"creditsync/schemas"
)

// StagedRuns are the numbers of the runs that the kind's scratch tables or the refused rows hold something of.
func (w *Warehouse) StagedRuns(ctx context.Context, k *schemas.Kind) ([]uint64, error) {
	var runs []uint64
	sql := fmt.Sprintf("SELECT arraySort(groupUniqArray(toUInt64(partition))) FROM system.parts WHERE active AND database = %s AND table IN ('%[2]s_stage', '%[2]s_changed', '%[2]s_diff', 'reject_stage', '%[3]s')", quote(Database), k.Name, verifyStage)
	err := w.row(ctx, "list the staged runs", sql, &runs)
	return runs, err
}

// DropStage removes what a finished run staged. It may be repeated, because an abandoned insert may arrive late.
func (w *Warehouse) DropStage(ctx context.Context, k *schemas.Kind, run uint64) error {
	for _, t := range []string{table(k, "stage"), table(k, "changed"), table(k, "diff"), Database + ".reject_stage", Database + "." + verifyStage} {
		if err := w.exec(ctx, "drop the stage of a run", fmt.Sprintf("ALTER TABLE %s DROP PARTITION %d", t, run)); err != nil {
			return err
		}
	}
	return nil
}

// DropCommit removes the rows of an abandoned commit. Nobody looks at them; this frees their room. A commit that is listed
// was closed, whatever a ledger that was put back to an older state says of it, and is left alone.
func (w *Warehouse) DropCommit(ctx context.Context, k *schemas.Kind, commit uint64) error {
	var rows uint64
	listed := fmt.Sprintf("SELECT count() FROM %s.commits WHERE kind = %s AND commit_no = %d", Database, quote(k.Name), commit)
	if err := w.row(ctx, "look for an abandoned commit in the list", listed, &rows); err != nil || rows > 0 {
		return err
	}
	find := fmt.Sprintf("SELECT count() FROM %s WHERE %s AND commit_no = %d", table(k, "versions"), seqRange(commit), commit)
	if err := w.row(ctx, "look for rows of an abandoned commit", find, &rows); err != nil {
		return err
	}
	if rows > 0 {
		if err := w.exec(ctx, "remove an abandoned commit", fmt.Sprintf("DELETE FROM %s WHERE %s AND commit_no = %d", table(k, "versions"), seqRange(commit), commit)); err != nil {
			return err
		}
	}
	find = fmt.Sprintf("SELECT count() FROM %s.quarantine_versions WHERE kind = %s AND commit_no = %d", Database, quote(k.Name), commit)
	if err := w.row(ctx, "look for rows of an abandoned commit", find, &rows); err != nil || rows == 0 {
		return err
	}
	return w.exec(ctx, "remove an abandoned commit", fmt.Sprintf("DELETE FROM %s.quarantine_versions WHERE kind = %s AND commit_no = %d", Database, quote(k.Name), commit))
}
