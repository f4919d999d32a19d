package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/schemas"
)

// CommitSum is what is there of one commit.
type CommitSum struct {
	No                     uint64
	Rows, Records, Numbers uint64 // rows, distinct records, distinct seq: all equal in a sound commit
	Notify, Checksum       uint64
}

// SumCommits adds up the versions of the commits of a range of numbers, listed or not.
func (w *Warehouse) SumCommits(ctx context.Context, k *schemas.Kind, first, last uint64) ([]CommitSum, error) {
	sql := fmt.Sprintf("SELECT commit_no, count(), %s, uniqExact(seq), countIf(notify), sum(%s) FROM %s WHERE seq >= %d AND seq < %d GROUP BY commit_no ORDER BY commit_no",
		distinctRecords, rowCheck, table(k, "versions"), first<<24, (last+1)<<24)
	return sums(ctx, w, "add up the versions of "+k.Name, sql, func(c *CommitSum) []any { return []any{&c.No, &c.Rows, &c.Records, &c.Numbers, &c.Notify, &c.Checksum} })
}

// SumRefusals adds up the quarantine rows of the commits of a range of numbers; Records are distinct refused rows.
func (w *Warehouse) SumRefusals(ctx context.Context, k *schemas.Kind, first, last uint64) ([]CommitSum, error) {
	sql := fmt.Sprintf("SELECT commit_no, count(), uniqExact(pipeline, reject_id), sum(%s) FROM %s.quarantine_versions WHERE kind = %s AND commit_no >= %d AND commit_no <= %d GROUP BY commit_no ORDER BY commit_no",
		quarantineHash, Database, quote(k.Name), first, last)
	return sums(ctx, w, "add up the refused rows of "+k.Name, sql, func(c *CommitSum) []any { return []any{&c.No, &c.Rows, &c.Records, &c.Checksum} })
}

// sums scans every row of a query into a T.
func sums[T any](ctx context.Context, w *Warehouse, doing, sql string, dest func(*T) []any) ([]T, error) {
	rows, err := w.conn.Query(ctx, sql)
	if err != nil {
		return nil, w.classed(doing, err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var one T
		if err := rows.Scan(dest(&one)...); err != nil {
			return nil, w.classed(doing, err)
		}
		list = append(list, one)
	}
	return list, w.classed(doing, rows.Err())
}

// Held is how a table that is made from versions differs from them, by record or by refused row.
type Held struct {
	Checked                     uint64 // that the versions or the table know
	Missing, Surplus, Different uint64
	Examples                    []HeldExample
}

// Count is how many differ.
func (h Held) Count() uint64 { return h.Missing + h.Surplus + h.Different }

// HeldExample is one that differs.
type HeldExample struct {
	ID         string // hexadecimal record_id or reject_id
	Want, Have uint64 // seq, or commit number of a refused row; 0 where one side has none
}

// recordSlices is how many records one comparison groups at once: the engine's memory is bounded by it.
const recordSlices = 4 << 20

// HoldCurrent holds K_current against the newest committed version of each record.
func (w *Warehouse) HoldCurrent(ctx context.Context, k *schemas.Kind, limit int) (Held, error) {
	return w.hold(ctx, k, "current", "cityHash64(version, toString(op), toString(status), content_hash, hash_version, toString(pipeline))", limit)
}

// HoldLive holds K_live against the newest committed version of each record, with all their columns.
func (w *Warehouse) HoldLive(ctx context.Context, k *schemas.Kind, limit int) (Held, error) {
	return w.hold(ctx, k, "live", "cityHash64("+strings.Join(hashable(k), ", ")+")", limit)
}

// hashable are the columns of a version such that equal rows have equal hashes, whatever is null.
func hashable(k *schemas.Kind) []string {
	names := versionNames(k)
	for _, c := range k.Columns() {
		if c.Part == schemas.Whole && c.Field != nil && c.Field.Nullable() {
			for i, n := range names {
				if n == c.Name {
					names[i] = fmt.Sprintf("ifNull(toString(%s), 'null')", n)
				}
			}
		}
	}
	return names
}

func (w *Warehouse) hold(ctx context.Context, k *schemas.Kind, suffix, hash string, limit int) (Held, error) {
	var records uint64
	if err := w.row(ctx, "count the records of "+k.Name, "SELECT count() FROM "+table(k, suffix), &records); err != nil {
		return Held{}, err
	}
	var sum Held
	slices := int(records/recordSlices) + 1
	for i := range slices {
		slice := Slice{i, slices}.where()
		both := fmt.Sprintf(`(SELECT record_id AS id, seq AS at, toUInt8(1) AS src, %[1]s AS h FROM %[2]s WHERE commit_no IN (%[3]s)%[4]s
UNION ALL SELECT record_id, seq, toUInt8(0), %[1]s FROM %[5]s FINAL WHERE 1%[4]s)`, hash, table(k, "versions"), listedNumbers(k), slice, table(k, suffix))
		one, err := w.holdBoth(ctx, "hold "+k.Name+"_"+suffix+" against the versions", both, limit-len(sum.Examples))
		if err != nil {
			return sum, err
		}
		sum.add(one)
	}
	return sum, nil
}

// HoldQuarantine holds the quarantine against the newest committed state of each refused row of the kind.
func (w *Warehouse) HoldQuarantine(ctx context.Context, k *schemas.Kind, limit int) (Held, error) {
	hash := "cityHash64(record_id, source_ref, toString(authority), raw_masked, raw_cipher, toString(violations), toString(state), first_run, last_run, times_seen)"
	both := fmt.Sprintf(`(SELECT (toString(pipeline), reject_id) AS id, commit_no AS at, toUInt8(1) AS src, %[1]s AS h FROM %[2]s.quarantine_versions WHERE kind = %[3]s AND commit_no IN (%[4]s)
UNION ALL SELECT (toString(pipeline), reject_id), commit_no, toUInt8(0), %[1]s FROM %[2]s.quarantine FINAL WHERE kind = %[3]s)`, hash, Database, quote(k.Name), listedNumbers(k))
	return w.holdBoth(ctx, "hold the quarantine against its versions", both, limit)
}

// holdBoth compares two sides of rows (id, at, src, h): the newest of each id must be the same on both.
func (w *Warehouse) holdBoth(ctx context.Context, doing, both string, limit int) (Held, error) {
	var h Held
	grouped := fmt.Sprintf("(SELECT id, maxIf(at, src = 1) AS want, maxIf(at, src = 0) AS have, argMaxIf(h, at, src = 1) AS want_h, argMaxIf(h, at, src = 0) AS have_h FROM %s GROUP BY id)", both)
	count := "SELECT count(), countIf(have = 0), countIf(want = 0), countIf(want != 0 AND have != 0 AND (want != have OR want_h != have_h)) FROM " + grouped
	if err := w.row(ctx, doing, count, &h.Checked, &h.Missing, &h.Surplus, &h.Different); err != nil || h.Count() == 0 || limit <= 0 {
		return h, err
	}
	id := "id"
	if strings.Contains(both, "reject_id") {
		id = "id.2"
	}
	var err error
	h.Examples, err = sums(ctx, w, doing, fmt.Sprintf("SELECT lower(hex(%s)), want, have FROM %s WHERE want != have OR want_h != have_h ORDER BY want, have LIMIT %d", id, grouped, limit),
		func(e *HeldExample) []any { return []any{&e.ID, &e.Want, &e.Have} })
	return h, err
}

func (h *Held) add(o Held) {
	h.Checked += o.Checked
	h.Missing += o.Missing
	h.Surplus += o.Surplus
	h.Different += o.Different
	h.Examples = append(h.Examples, o.Examples...)
}

// Broken counts the records whose versions do not count up one by one in the order of their seq, with a few of their ids.
func (w *Warehouse) Broken(ctx context.Context, k *schemas.Kind, limit int) (n uint64, ids []string, err error) {
	var records uint64
	if err := w.row(ctx, "count the records of "+k.Name, "SELECT count() FROM "+table(k, "current"), &records); err != nil {
		return 0, nil, err
	}
	slices := int(records/recordSlices) + 1
	for i := range slices {
		sql := fmt.Sprintf(`SELECT count(), arrayMap(x -> lower(hex(x)), groupArray(%d)(record_id)) FROM (SELECT record_id FROM %s WHERE commit_no IN (%s)%s GROUP BY record_id
HAVING count() != uniqExact(version) OR argMax(version, seq) != max(version) OR argMin(version, seq) != min(version))`, max(limit, 1), table(k, "versions"), listedNumbers(k), Slice{i, slices}.where())
		var some uint64
		var which []string
		if err := w.row(ctx, "look at the versions of each record", sql, &some, &which); err != nil {
			return n, ids, err
		}
		n += some
		ids = append(ids, which[:min(len(which), max(limit-len(ids), 0))]...)
	}
	return n, ids, nil
}
