package warehouse

import (
	"context"
	"fmt"
	"strings"
)

// Act is a change of committed records that no source delivered. Its versions are copies of committed ones; which, is found
// where a source's diff would be (Diff, Size) and written from there (Write), so that a commit of it is proved like any other.
type Act struct {
	// Forget, where it is not 0: the records that a commit up to this one deleted, and that are still gone, get a version
	// of op forget, with what was last known of them.
	Forget uint64
	// Revert are the commits of one run, by number: the records that they changed, and that are as they left them, become
	// what they were before.
	Revert []uint64
}

// actRows is how many rows of a source's diff one row of an act stands for: it is looked at with the version before it, and
// where it is updated the engine holds one of both whole in memory.
const actRows = 16

// actSize is how many rows the commits of the act have to look at.
func (w *Warehouse) actSize(ctx context.Context, s Scope) (uint64, error) {
	var n uint64
	err := w.row(ctx, "count the records concerned", fmt.Sprintf("SELECT count() FROM (%s)", s.Act.concerned(s)), &n)
	return actRows * n, err
}

// concerned are the ids of the records that the act may change.
func (a *Act) concerned(s Scope) string {
	if a.Forget > 0 {
		return fmt.Sprintf("SELECT record_id FROM %s FINAL WHERE op = 'delete' AND seq < %d%s", table(s.Kind, "current"), (a.Forget+1)<<24, s.Slice.where())
	}
	return fmt.Sprintf("SELECT record_id FROM %s WHERE %s%s", table(s.Kind, "versions"), a.reverted(), s.Slice.where())
}

// reverted is the condition on seq of the rows that the reverted commits wrote.
func (a *Act) reverted() string {
	ranges := []string{"0"}
	for _, no := range a.Revert {
		ranges = append(ranges, "("+seqRange(no)+")")
	}
	return "(" + strings.Join(ranges, " OR ") + ")"
}

// find writes what the act changes to the kind's diff table, as Diff does for a source: prev_seq is the version whose
// content is taken, place the one that it is compared with.
func (w *Warehouse) find(ctx context.Context, s Scope) (Changes, error) {
	var c Changes
	write := fmt.Sprintf(`INSERT INTO %s (run_no, commit_no, n, action, record_id, place, version, prev_seq, status, content_hash)
SELECT %d, %d, rowNumberInAllBlocks() + 1, action, record_id, cur_seq, known + 1, from_seq, status, hash
FROM (SELECT * FROM (%s) WHERE action != 'none' ORDER BY record_id)`, table(s.Kind, "diff"), s.Run, s.Commit, actSQL(s))
	if err := w.exec(ctx, "find what is to be done in "+s.Kind.Name, write); err != nil {
		return c, err
	}
	tally := fmt.Sprintf(`SELECT (SELECT count() FROM (%s)), countIf(action = 'insert'), countIf(action = 'update'), countIf(action = 'adopt'), countIf(action = 'delete'), countIf(action = 'superseded'),
  sumIf(cityHash64(record_id, version, CAST(if(action = 'delete', '%s', 'upsert'), %s), content_hash), action != 'superseded')
FROM %s WHERE run_no = %d AND commit_no = %d`, s.Act.concerned(s), s.Act.gone(), quote(opEnum), table(s.Kind, "diff"), s.Run, s.Commit)
	var concerned uint64
	if err := w.row(ctx, "count what is to be done", tally, &concerned, &c.Inserted, &c.Updated, &c.Adopted, &c.Deleted, &c.Superseded, &c.Checksum); err != nil {
		return c, err
	}
	if c.Unchanged = c.Adopted; s.Act.Forget > 0 {
		c.Forgotten, c.Deleted = c.Deleted, 0
	} else { // what is as it was before the reverted run already
		c.Unchanged += concerned - c.Inserted - c.Updated - c.Adopted - c.Deleted - c.Superseded
	}
	return c, nil
}

// gone is the op of a version that the act writes of a record that it removes.
func (a *Act) gone() string {
	if a.Forget > 0 {
		return "forget"
	}
	return "delete"
}

// actSQL says of every record concerned what is to be done: its action, the version that it has, the one whose content it
// gets, and that one's hash and status.
func actSQL(s Scope) string {
	if s.Act.Forget > 0 {
		return fmt.Sprintf("SELECT 'delete' AS action, record_id, seq AS cur_seq, version AS known, seq AS from_seq, toInt8(status) AS status, content_hash AS hash FROM %s FINAL WHERE op = 'delete' AND seq < %d%s",
			table(s.Kind, "current"), (s.Act.Forget+1)<<24, s.Slice.where())
	}
	// A record is gone, or it has a state: content, legal status and owner. It is left alone where its state is neither that
	// before the run nor that after it; where it is the former, somebody else has put it back already.
	const state = "if(op = 'upsert', cityHash64(content_hash, toInt8(status), toString(pipeline)), 0)"
	return fmt.Sprintf(`SELECT action, record_id, cur_seq, known, if(action IN ('delete', 'superseded'), cur_seq, was_seq) AS from_seq,
  if(action IN ('delete', 'superseded'), cur_status, was_status) AS status, if(action IN ('delete', 'superseded'), cur_hash, was_hash) AS hash
FROM (
  SELECT *, multiIf(cur_state = was_state, 'none', cur_state != ran_state, 'superseded', was_state = 0, 'delete', cur_state = 0, 'insert',
      cur_hash != was_hash OR cur_status != was_status, 'update', 'adopt') AS action
  FROM (
    SELECT u.record_id AS record_id, argMaxIf(u.state, u.seq, u.src = 1) AS ran_state,
      maxIf(u.seq, u.src = 2) AS was_seq, argMaxIf(u.state, u.seq, u.src = 2) AS was_state, argMaxIf(u.hash, u.seq, u.src = 2) AS was_hash, argMaxIf(u.st, u.seq, u.src = 2) AS was_status,
      maxIf(u.seq, u.src = 0) AS cur_seq, argMaxIf(u.state, u.seq, u.src = 0) AS cur_state, argMaxIf(u.hash, u.seq, u.src = 0) AS cur_hash, argMaxIf(u.st, u.seq, u.src = 0) AS cur_status,
      argMaxIf(u.known, u.seq, u.src = 0) AS known
    FROM (
      SELECT record_id, 1 AS src, seq, version AS known, content_hash AS hash, toInt8(status) AS st, %[1]s AS state FROM %[2]s AS v WHERE %[3]s%[4]s
      UNION ALL
      SELECT record_id, 2, seq, version, content_hash, toInt8(status), %[1]s FROM %[2]s AS v
      WHERE (record_id, version) IN (SELECT record_id, toUInt32(version - 1) FROM %[2]s WHERE %[3]s%[4]s AND version > 1) AND commit_no IN (SELECT commit_no FROM %[6]s.commits WHERE kind = %[7]s)
      UNION ALL
      SELECT record_id, 0, seq, version, content_hash, toInt8(status), %[1]s FROM %[5]s AS v WHERE record_id IN (SELECT record_id FROM %[2]s WHERE %[3]s%[4]s)
    ) AS u GROUP BY u.record_id
  )
)`, state, table(s.Kind, "versions"), s.Act.reverted(), s.Slice.where(), table(s.Kind, "current"), Database, quote(s.Kind.Name))
}

// copy writes the act's versions.
func (w *Warehouse) copy(ctx context.Context, s Scope, c Changes) error {
	if c.Rows() == 0 {
		return nil
	}
	return w.exec(ctx, "write the versions of "+s.Kind.Name, copySQL(s, c))
}

// copySQL writes the act's versions: each takes content, owner and place in its source from the version that the diff
// names. Branches that have no rows are left out.
func copySQL(s Scope, c Changes) string {
	var branches []string
	for _, b := range []struct {
		action, op, notify string
		rows               uint64
	}{{"insert", "upsert", "true", c.Inserted}, {"update", "upsert", "true", c.Updated}, {"adopt", "upsert", "false", c.Adopted}, {"delete", s.Act.gone(), "true", c.Deleted + c.Forgotten}} {
		if b.rows > 0 {
			branches = append(branches, s.copied(b.action, b.op, b.notify))
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s)\n%s", table(s.Kind, "versions"), strings.Join(versionNames(s.Kind), ", "), strings.Join(branches, "\nUNION ALL\n"))
}

func (s Scope) copied(action, op, notify string) string {
	versions := func(column string) string {
		return fmt.Sprintf("(SELECT * FROM %s WHERE seq IN (SELECT %s FROM %s WHERE run_no = %d AND commit_no = %d AND action = '%s'))",
			table(s.Kind, "versions"), column, table(s.Kind, "diff"), s.Run, s.Commit, action)
	}
	changed, join := "[]", ""
	if action == "update" {
		changed, join = changedExpr(s.Kind), "\nANY LEFT JOIN "+versions("place")+" AS p ON p.seq = d.place"
	}
	return fmt.Sprintf(`SELECT %d + d.n AS seq, s.record_id, toUInt32(d.version), '%s', CAST(d.status, %s), s.content_hash, s.hash_version, %d, %d, s.pipeline, %s, s.source_ref, fromUnixTimestamp64Milli(%d), s.warnings, %s, %s
FROM %s AS s
ANY INNER JOIN (SELECT place, n, version, status, prev_seq FROM %s WHERE run_no = %d AND commit_no = %d AND action = '%s') AS d ON s.seq = d.prev_seq%s`,
		s.Commit<<24, op, quote(statusEnum), s.Run, s.Commit, notify, s.At.UnixMilli(), changed, prefixed("s", ownNames(s.Kind)),
		versions("prev_seq"), table(s.Kind, "diff"), s.Run, s.Commit, action, join)
}

// statusEnum is the type of status; a cast from a number needs it.
const statusEnum = "Enum8('active' = 1, 'suspended' = 2, 'withdrawn' = 3, 'repaired' = 4, 'expired' = 5)"

// Touched is how many records of a reverted run another one has changed since, as the last one to do so.
type Touched struct{ Run, Records uint64 }

// Touched are the records of the act that it leaves alone, by the run that changed them last.
func (w *Warehouse) Touched(ctx context.Context, s Scope) ([]Touched, error) {
	const doing = "look for records that were changed since"
	sql := fmt.Sprintf("SELECT run_no, count() FROM %s WHERE seq IN (SELECT cur_seq FROM (%s) WHERE action = 'superseded') GROUP BY run_no ORDER BY run_no", table(s.Kind, "versions"), actSQL(s))
	rows, err := w.conn.Query(ctx, sql)
	if err != nil {
		return nil, w.classed(doing, err)
	}
	defer rows.Close()
	var list []Touched
	for rows.Next() {
		var one Touched
		if err := rows.Scan(&one.Run, &one.Records); err != nil {
			return nil, w.classed(doing, err)
		}
		list = append(list, one)
	}
	return list, w.classed(doing, rows.Err())
}
