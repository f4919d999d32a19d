package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"creditsync/schemas"
)

// Scope is what one commit is about.
type Scope struct {
	Kind     *schemas.Kind
	Pipeline string
	Run      uint64 // run_no whose stage is looked at
	Commit   uint64
	// Snapshot: the stage holds all that the source has, so that absence means deletion.
	Snapshot bool
	// Withhold counts deletions without applying them.
	Withhold bool
	// Lower are the pipelines of the kind whose records this one may take over, having the higher priority.
	Lower []string
	// Slice limits the commit to a range of record ids, for differences too large for one commit.
	Slice Slice
	At    time.Time
	// Act is what is done to committed records; nil where the stage decides.
	Act *Act
}

// Slice is a part of the space of record ids: part I of N, by the first four bytes. Ids are keyed hashes, so the parts
// are of equal size.
type Slice struct{ I, N int }

// Changes is what the diff of a commit found. Rows = Inserted + Updated + Adopted + Deleted + Forgotten.
type Changes struct {
	Staged     uint64 // staged rows in the slice
	Inserted   uint64
	Updated    uint64
	Adopted    uint64 // unchanged rows whose record comes over from another pipeline: a version without a message
	Deleted    uint64
	Forgotten  uint64 // deleted records that get a tombstone
	Withheld   uint64
	Superseded uint64 // rows whose record another row or another pipeline decides
	Unchanged  uint64
	// Fresh: every staged row in the slice is the first version of its record.
	Fresh    bool
	Checksum uint64 // sum of cityHash64(record_id, version, op, content_hash) of the versions to write
}

// Rows is how many versions the commit writes.
func (c Changes) Rows() uint64 { return c.Inserted + c.Updated + c.Adopted + c.Deleted + c.Forgotten }

// Notify is how many of them the relay publishes.
func (c Changes) Notify() uint64 { return c.Inserted + c.Updated + c.Deleted + c.Forgotten }

// Diff finds what the staged rows change, in one pass over staged and current keys, and writes it to the kind's diff
// table under the commit's number: scratch that only this commit reads.
func (w *Warehouse) Diff(ctx context.Context, s Scope) (Changes, error) {
	if s.Act != nil {
		return w.find(ctx, s)
	}
	if c, err := w.firstLoad(ctx, s); err != nil || c.Fresh {
		return c, err
	}
	var c Changes
	write := fmt.Sprintf(`INSERT INTO %s (run_no, commit_no, n, action, record_id, place, version, prev_seq, status, content_hash)
SELECT %d, %d, rowNumberInAllBlocks() + 1, action, record_id, place, known + 1, cur_seq, if(status = 0, 1, status), hash
FROM (%s WHERE action != 'none' ORDER BY staged = 0, place, cur_seq)`, table(s.Kind, "diff"), s.Run, s.Commit, diffSQL(s))
	if err := w.exec(ctx, "find what changed in "+s.Kind.Name, write); err != nil {
		return c, err
	}
	var distinct, losers, known, last uint64
	keys := fmt.Sprintf("SELECT count(), %s FROM %s WHERE run_no = %d%s", distinctRecords, table(s.Kind, "stage"), s.Run, s.Slice.where())
	if err := w.row(ctx, "count staged keys", keys, &c.Staged, &distinct); err != nil {
		return c, err
	}
	tally := fmt.Sprintf(`SELECT countIf(action = 'insert'), countIf(action = 'update'), countIf(action = 'adopt'), countIf(action = 'delete'), countIf(action = 'withheld'),
  countIf(action = 'superseded'), countIf(version != 1), max(place), sumIf(%s, action NOT IN ('withheld', 'superseded'))
FROM %s WHERE run_no = %d AND commit_no = %d`, versionCheck("version", "if(action = 'delete', 'delete', 'upsert')"), table(s.Kind, "diff"), s.Run, s.Commit)
	if err := w.row(ctx, "count changes", tally, &c.Inserted, &c.Updated, &c.Adopted, &c.Deleted, &c.Withheld, &losers, &known, &last, &c.Checksum); err != nil {
		return c, err
	}
	c.Superseded = c.Staged - distinct + losers
	c.Unchanged = distinct - losers - c.Inserted - c.Updated
	c.Fresh = s.Slice.N <= 1 && c.Inserted == c.Staged && c.Rows() == c.Staged && known == 0 && last>>32 < maxDenseBatch
	return c, nil
}

// firstLoad is the diff where nothing is known yet and no record is staged twice: every row is the first version of its record,
// which is told without the grouped pass and without a diff table. Otherwise Fresh is false and nothing was found out.
func (w *Warehouse) firstLoad(ctx context.Context, s Scope) (Changes, error) {
	var current, staged, distinct, last, sum uint64
	if s.Slice.N > 1 {
		return Changes{}, nil
	}
	if err := w.row(ctx, "count the known records", "SELECT count() FROM "+table(s.Kind, "current"), &current); err != nil || current > 0 {
		return Changes{}, err
	}
	sql := fmt.Sprintf("SELECT count(), %s, max(place), sum(%s) FROM %s WHERE run_no = %d",
		distinctRecords, versionCheck("toUInt32(1)", "'upsert'"), table(s.Kind, "stage"), s.Run)
	err := w.row(ctx, "count staged keys", sql, &staged, &distinct, &last, &sum)
	if err != nil || staged == 0 || distinct < staged || last>>32 >= maxDenseBatch {
		return Changes{}, err
	}
	return Changes{Staged: staged, Inserted: staged, Fresh: true, Checksum: sum}, nil
}

// versionCheck is what one version adds to the checksum of its commit, see Verify.
func versionCheck(version, op string) string {
	return fmt.Sprintf("cityHash64(record_id, %s, CAST(%s, %s), content_hash)", version, op, quote(opEnum))
}

// A batch holds at most 1 << batchBits rows, so that a place of the first maxDenseBatch batches fits into the 24 bits that
// number the rows of a commit.
const (
	batchBits     = 14
	maxDenseBatch = 1 << (24 - batchBits)
)

// opEnum is the type of op; a checksum hashes the enum's value, so both sides must have the same type.
const opEnum = "Enum8('upsert' = 1, 'delete' = 2, 'forget' = 3)"

// distinctRecords counts distinct records. As numbers they are counted in a third of the time that texts of 16 bytes take, which the
// engine would hash once more.
const distinctRecords = "uniqExact(reinterpretAsUInt128(record_id))"

// diffSQL is one UNION ALL of staged keys, refused keys and current keys, grouped by record: 7 times faster than a join
// and half its memory. The staged row that comes last in source order wins. What was refused was delivered: its record
// is not deleted.
func diffSQL(s Scope) string {
	slice := s.Slice.where()
	current := slice
	if !s.Snapshot { // absence means nothing: only the staged keys matter
		current += fmt.Sprintf(" AND record_id IN (SELECT record_id FROM %s WHERE run_no = %d%s)", table(s.Kind, "stage"), s.Run, slice)
	}
	owner := "multiIf(pipeline = " + quote(s.Pipeline) + ", 0, " + oneOf("pipeline", s.Lower) + ", 1, 2)"
	absent := "'none'"
	if s.Snapshot {
		verdict := "'delete'"
		if s.Withhold {
			verdict = "'withheld'"
		}
		absent = fmt.Sprintf("if(refused = 0 AND op = 1 AND owner = 0, %s, 'none')", verdict)
	}
	return fmt.Sprintf(`SELECT staged, action, record_id, place, cur_seq, known, status, hash FROM (
  SELECT staged, record_id, place, cur_seq,
    bitShiftRight(info, 32) AS known, bitAnd(bitShiftRight(info, 16), 255) AS op, bitAnd(bitShiftRight(info, 8), 255) AS status, bitAnd(info, 255) AS owner,
    multiIf(staged > 0 AND op != 1, 'insert', staged > 0 AND owner = 2, 'superseded', staged > 0 AND new_hash != cur_hash, 'update',
      staged > 0 AND owner = 1, 'adopt', staged > 0, 'none', %[2]s) AS action,
    if(staged > 0, new_hash, cur_hash) AS hash
  FROM (
    SELECT record_id, countIf(src = 1) AS staged, countIf(src = 2) AS refused, max(u.place) AS place, argMaxIf(hash, u.place, src = 1) AS new_hash,
      max(seq) AS cur_seq, argMaxIf(hash, seq, src = 0) AS cur_hash, argMaxIf(u.info, seq, src = 0) AS info
    FROM (
      SELECT record_id, 1 AS src, place, content_hash AS hash, toUInt64(0) AS seq, toUInt64(0) AS info FROM %[3]s WHERE run_no = %[1]d%[4]s
      UNION ALL
      SELECT record_id, 2, toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0) FROM %[5]s.reject_stage WHERE run_no = %[1]d AND record_id != toFixedString('', 16)%[4]s
      UNION ALL
      SELECT record_id, 0, toUInt64(0), content_hash, seq,
        bitShiftLeft(toUInt64(version), 32) + bitShiftLeft(toUInt64(toInt8(op)), 16) + bitShiftLeft(toUInt64(toInt8(status)), 8) + %[6]s
      FROM %[7]s WHERE 1%[8]s
    ) AS u GROUP BY record_id
  )
)`, s.Run, absent, table(s.Kind, "stage"), slice, Database, owner, table(s.Kind, "current"), current)
}

// where is the slice's condition, starting with AND, or nothing.
func (s Slice) where() string {
	if s.N <= 1 {
		return ""
	}
	bound := func(i int) string {
		return fmt.Sprintf("unhex('%08x000000000000000000000000')", uint64(i)<<32/uint64(s.N))
	}
	cond := ""
	if s.I > 0 {
		cond += " AND record_id >= " + bound(s.I)
	}
	if s.I < s.N-1 {
		cond += " AND record_id < " + bound(s.I+1)
	}
	return cond
}

func oneOf(column string, values []string) string {
	if len(values) == 0 {
		return "0"
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return column + " IN (" + strings.Join(quoted, ", ") + ")"
}

func table(k *schemas.Kind, suffix string) string { return Database + "." + k.Name + "_" + suffix }

// Absent is how many records the scope would delete, over all slices, for the guard against mass deletion.
func (w *Warehouse) Absent(ctx context.Context, s Scope) (uint64, error) {
	var total uint64
	for i := range max(s.Slice.N, 1) {
		one := s
		one.Slice.I = i
		var n uint64
		if err := w.row(ctx, "count what would be deleted", "SELECT countIf(action IN ('delete', 'withheld')) FROM ("+diffSQL(one)+")", &n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// Size is how many rows a diff of the scope has to look at, for the number of its slices.
func (w *Warehouse) Size(ctx context.Context, s Scope) (uint64, error) {
	if s.Act != nil {
		return w.actSize(ctx, s)
	}
	var staged, current uint64
	if err := w.row(ctx, "count the staged rows", fmt.Sprintf("SELECT count() FROM %s WHERE run_no = %d", table(s.Kind, "stage"), s.Run), &staged); err != nil || !s.Snapshot {
		return 2 * staged, err
	}
	err := w.row(ctx, "count the known records", "SELECT count() FROM "+table(s.Kind, "current"), &current)
	return staged + current, err
}

// Owned is how many records of the kind the pipeline owns: what its snapshot may delete.
func (w *Warehouse) Owned(ctx context.Context, k *schemas.Kind, pipeline string) (uint64, error) {
	var n uint64
	sql := fmt.Sprintf("SELECT count() FROM %s FINAL WHERE op = 'upsert' AND pipeline = %s", table(k, "current"), quote(pipeline))
	err := w.row(ctx, "count the pipeline's records", sql, &n)
	return n, err
}
