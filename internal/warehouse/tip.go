package warehouse

import (
	"context"
	"fmt"
	"slices"

	"creditsync/schemas"
)

// Tip is how far the store knows a kind: what is held against the ledger. Of tables that are not there it says what empty
// ones would.
type Tip struct {
	// Missing are tables of the kind, or shared ones, that hold what cannot be made again from nothing and are not there.
	Missing []string
	// Newest is the listed commit with the highest number; its No is 0 where none is listed. Listed counts them.
	Newest Closed
	Listed uint64
	// Highest is the highest commit number that any row of versions or quarantine versions carries, committed or not.
	Highest uint64
	// Short are listed commits whose versions are not as many as they were, with what is there: a few of them, by number.
	// ShortCommits and ShortRows are how many commits they are and how many rows they lack.
	Short                   []Short
	ShortCommits, ShortRows uint64
	// Versions is the sum of the listed commits' rows. Every version of a record is one more than the one before, so the sum
	// of the versions in current is the same: Current.
	Versions, Current uint64
	// Refused is the same of the quarantine: the newest commit of every refused row, summed up, as its versions have it and as
	// the quarantine has it. RefusedRows are the rows of quarantine versions in listed commits, RefusedListed as many as there
	// were.
	RefusedVersions, Refused   Refusals
	RefusedRows, RefusedListed uint64
	// Gaps is by how much Current is more than Versions because versions were given up for lost; see SetGaps.
	Gaps uint64
}

// Refusals sum up refused rows.
type Refusals struct{ Rows, Commits uint64 }

// Short is a listed commit of which rows are missing, or too many.
type Short struct{ No, Rows, There uint64 }

// shortShown is how many short commits are named.
const shortShown = 20

// Tip reads how far the store knows the kind. Nothing is made that is missing.
func (w *Warehouse) Tip(ctx context.Context, k *schemas.Kind) (Tip, error) {
	var t Tip
	there, err := w.Tables(ctx)
	if err != nil {
		return t, err
	}
	t.Missing = missing(k, there)
	steps := []struct {
		needs []string
		do    func(context.Context, *schemas.Kind, *Tip) error
	}{
		{[]string{"commits"}, w.tipOfCommits},
		{[]string{k.Name + "_versions"}, w.tipOfVersions},
		{[]string{"commits", k.Name + "_versions"}, w.tipOfRows},
		{[]string{k.Name + "_current"}, w.tipOfCurrent},
		{[]string{"quarantine_versions"}, w.tipOfQuarantineVersions},
		{[]string{"commits", "quarantine_versions", "quarantine"}, w.tipOfQuarantine},
		{[]string{"meta"}, w.tipOfGaps},
	}
	for _, s := range steps {
		if !slices.ContainsFunc(s.needs, func(name string) bool { return !slices.Contains(there, name) }) {
			if err := s.do(ctx, k, &t); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// Missing are the tables of the kind, or shared ones, that hold what cannot be made again from nothing and are not there. A
// database without any is a new one, or another's: the deployment's mark tells.
func (w *Warehouse) Missing(ctx context.Context, k *schemas.Kind) ([]string, error) {
	there, err := w.Tables(ctx)
	if err != nil || !slices.Contains(there, "meta") {
		return nil, err
	}
	return missing(k, there), nil
}

func missing(k *schemas.Kind, there []string) (list []string) {
	for _, name := range kept(k) {
		if !slices.Contains(there, name) {
			list = append(list, name)
		}
	}
	return list
}

// kept are the tables that hold what a run goes by: without one of them it would take what it knows for new.
func kept(k *schemas.Kind) []string {
	return []string{"commits", "quarantine_versions", "quarantine", k.Name + "_versions", k.Name + "_current"}
}

// Tables are the names of the tables that are there; none where the database is not.
func (w *Warehouse) Tables(ctx context.Context) ([]string, error) {
	var names []string
	err := w.row(ctx, "list the tables", "SELECT groupArray(name) FROM system.tables WHERE database = "+quote(Database), &names)
	return names, err
}

// Mark is Meta of a store that may be without any table yet.
func (w *Warehouse) Mark(ctx context.Context, name string) (string, error) {
	if there, err := w.Has(ctx, "meta"); err != nil || !there {
		return "", err
	}
	return w.Meta(ctx, name)
}

// Has reports whether a table is there.
func (w *Warehouse) Has(ctx context.Context, name string) (bool, error) {
	there, err := w.Tables(ctx)
	return slices.Contains(there, name), err
}

func (w *Warehouse) tipOfCommits(ctx context.Context, k *schemas.Kind, t *Tip) error {
	list, err := w.listed(ctx, k, "ORDER BY commit_no DESC LIMIT 1")
	if err != nil {
		return err
	}
	if len(list) > 0 {
		t.Newest = list[0]
	}
	return w.row(ctx, "count the commits", fmt.Sprintf("SELECT count(), sum(rows) FROM %s.commits FINAL WHERE kind = %s", Database, quote(k.Name)), &t.Listed, &t.Versions)
}

func (w *Warehouse) tipOfVersions(ctx context.Context, k *schemas.Kind, t *Tip) error {
	var seq uint64
	err := w.row(ctx, "find the last version", "SELECT max(seq) FROM "+table(k, "versions"), &seq)
	t.Highest = max(t.Highest, seq>>24)
	return err
}

// tipOfRows counts the rows of each listed commit by its number alone, which is one column in the order of the table.
func (w *Warehouse) tipOfRows(ctx context.Context, k *schemas.Kind, t *Tip) error {
	differ := fmt.Sprintf(`(SELECT l.commit_no AS no, l.rows AS want, v.n AS there FROM (SELECT commit_no, rows FROM %s.commits FINAL WHERE kind = %s) AS l
LEFT JOIN (SELECT bitShiftRight(seq, 24) AS no, count() AS n FROM %s GROUP BY no) AS v ON v.no = l.commit_no WHERE l.rows != v.n)`, Database, quote(k.Name), table(k, "versions"))
	err := w.row(ctx, "count the versions by commit", "SELECT count(), toUInt64(sum(if(want > there, want - there, 0))) FROM "+differ, &t.ShortCommits, &t.ShortRows)
	if err != nil || t.ShortCommits == 0 {
		return err
	}
	rows, err := w.conn.Query(ctx, fmt.Sprintf("SELECT no, want, there FROM %s ORDER BY no LIMIT %d", differ, shortShown))
	if err != nil {
		return w.classed("count the versions by commit", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Short
		if err := rows.Scan(&s.No, &s.Rows, &s.There); err != nil {
			return w.classed("count the versions by commit", err)
		}
		t.Short = append(t.Short, s)
	}
	return w.classed("count the versions by commit", rows.Err())
}

func (w *Warehouse) tipOfCurrent(ctx context.Context, k *schemas.Kind, t *Tip) error {
	return w.row(ctx, "sum up the current records", "SELECT sum(version) FROM "+table(k, "current")+" FINAL", &t.Current)
}

func (w *Warehouse) tipOfQuarantineVersions(ctx context.Context, k *schemas.Kind, t *Tip) error {
	var last uint64
	err := w.row(ctx, "find the last commit of the quarantine", fmt.Sprintf("SELECT max(commit_no) FROM %s.quarantine_versions WHERE kind = %s", Database, quote(k.Name)), &last)
	t.Highest = max(t.Highest, last)
	return err
}

func (w *Warehouse) tipOfQuarantine(ctx context.Context, k *schemas.Kind, t *Tip) error {
	versions := fmt.Sprintf("SELECT count(), sum(last), sum(n) FROM (SELECT max(commit_no) AS last, count() AS n FROM %[1]s.quarantine_versions WHERE kind = %[2]s AND commit_no IN (%[3]s) GROUP BY pipeline, reject_id)", Database, quote(k.Name), listedNumbers(k))
	if err := w.row(ctx, "sum up the refused rows", versions, &t.RefusedVersions.Rows, &t.RefusedVersions.Commits, &t.RefusedRows); err != nil {
		return err
	}
	if err := w.row(ctx, "sum up the refused rows", fmt.Sprintf("SELECT sum(quarantine) FROM %s.commits FINAL WHERE kind = %s", Database, quote(k.Name)), &t.RefusedListed); err != nil {
		return err
	}
	return w.row(ctx, "sum up the quarantine", fmt.Sprintf("SELECT count(), sum(commit_no) FROM %s.quarantine FINAL WHERE kind = %s", Database, quote(k.Name)), &t.Refused.Rows, &t.Refused.Commits)
}

// listedNumbers are the numbers of the kind's listed commits, as a subquery.
func listedNumbers(k *schemas.Kind) string {
	return fmt.Sprintf("SELECT commit_no FROM %s.commits WHERE kind = %s", Database, quote(k.Name))
}

func (w *Warehouse) tipOfGaps(ctx context.Context, k *schemas.Kind, t *Tip) error {
	return w.row(ctx, "read the store's marks", fmt.Sprintf("SELECT toUInt64OrZero(anyLast(value)) FROM %s.meta FINAL WHERE name = %s", Database, quote(gapsOf(k))), &t.Gaps)
}

func gapsOf(k *schemas.Kind) string { return "gaps " + k.Name }

// SetGaps remembers by how much the versions of the current records add up to more than there are rows of versions, after
// rows were given up for lost.
func (w *Warehouse) SetGaps(ctx context.Context, k *schemas.Kind, gaps uint64) error {
	return w.SetMeta(ctx, gapsOf(k), fmt.Sprint(gaps))
}

// Commits are the listed commits of a kind with a number above after, by number.
func (w *Warehouse) Commits(ctx context.Context, k *schemas.Kind, after uint64) ([]Closed, error) {
	return w.listed(ctx, k, fmt.Sprintf("AND commit_no > %d ORDER BY commit_no", after))
}

func (w *Warehouse) listed(ctx context.Context, k *schemas.Kind, which string) ([]Closed, error) {
	sql := fmt.Sprintf(`SELECT commit_no, toString(run), run_no, toString(pipeline), rows, notify, checksum, inserted, updated, deleted, closed_at,
  quarantine, quarantine_checksum, last, cursor, has_cursor, inputs, read, accepted, rejected, unchanged, superseded, withheld, warnings
FROM %s.commits FINAL WHERE kind = %s %s`, Database, quote(k.Name), which)
	rows, err := w.conn.Query(ctx, sql)
	if err != nil {
		return nil, w.classed("list the commits", err)
	}
	defer rows.Close()
	var list []Closed
	for rows.Next() {
		c := Closed{Kind: k}
		var cursor string
		var has bool
		err := rows.Scan(&c.No, &c.Run, &c.RunNo, &c.Pipeline, &c.Rows, &c.Notify, &c.Checksum, &c.Inserted, &c.Updated, &c.Deleted, &c.At,
			&c.Quarantine, &c.QuarantineChecksum, &c.Last, &cursor, &has, &c.Inputs, &c.Read, &c.Accepted, &c.Rejected, &c.Unchanged, &c.Superseded, &c.Withheld, &c.Warnings)
		if err != nil {
			return nil, w.classed("list the commits", err)
		}
		if has {
			c.Cursor = []byte(cursor)
		}
		list = append(list, c)
	}
	return list, w.classed("list the commits", rows.Err())
}

// CountCommits are how many versions carry each commit number of a range, listed or not; numbers without any are left out.
func (w *Warehouse) CountCommits(ctx context.Context, k *schemas.Kind, first, last uint64) (map[uint64]uint64, error) {
	if there, err := w.Has(ctx, k.Name+"_versions"); err != nil || !there {
		return nil, err
	}
	var numbers, counts []uint64
	sql := fmt.Sprintf("SELECT groupArray(no), groupArray(n) FROM (SELECT bitShiftRight(seq, 24) AS no, count() AS n FROM %s WHERE seq >= %d AND seq < %d GROUP BY no)", table(k, "versions"), first<<24, (last+1)<<24)
	if err := w.row(ctx, "count the versions by commit", sql, &numbers, &counts); err != nil {
		return nil, err
	}
	out := make(map[uint64]uint64, len(numbers))
	for i, no := range numbers {
		out[no] = counts[i]
	}
	return out, nil
}

// LastRun is the highest number of a run that any table knows, 0 where there is none.
func (w *Warehouse) LastRun(ctx context.Context) (uint64, error) {
	there, err := w.Tables(ctx)
	if err != nil {
		return 0, err
	}
	var last uint64
	for _, name := range []string{"runs", "commits"} {
		if !slices.Contains(there, name) {
			continue
		}
		var no uint64
		if err := w.row(ctx, "find the last run", "SELECT max(run_no) FROM "+Database+"."+name, &no); err != nil {
			return 0, err
		}
		last = max(last, no)
	}
	return last, nil
}
