package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/internal/fault"
)

// Quarantined is how many quarantine rows a commit writes and the sum of their hashes.
type Quarantined struct{ Rows, Checksum uint64 }

// Verdict is what a commit does to the quarantine beside storing what the run refused.
type Verdict struct {
	// Resolve ends open rows whose record the run delivered clean, or that a snapshot no longer delivers. It is false for
	// a run that was stopped: nothing is resolved by what was not read.
	Resolve bool
	// Answered are refused rows, by the hexadecimal beginning of their reject_id, whose corrected form was accepted in
	// this run; Dismissed are those that an operator set aside; Replayed those that were read again from here.
	Answered, Dismissed, Replayed []string
	// Undone are commits whose word is taken back: rows of the records that this commit's act changes, that one of them was
	// the last to speak of, return to the state that they had before.
	Undone []uint64
}

// WriteQuarantine writes the whole new state of every quarantine row that changes, under the commit's number.
func (w *Warehouse) WriteQuarantine(ctx context.Context, s Scope, v Verdict) (Quarantined, error) {
	var q Quarantined
	var concerned uint64
	look := fmt.Sprintf("SELECT (SELECT count() FROM %[1]s.reject_stage WHERE run_no = %[2]d) + (SELECT count() FROM %[1]s.quarantine WHERE kind = %[3]s)", Database, s.Run, quote(s.Kind.Name))
	if err := w.row(ctx, "look for refused rows", look, &concerned); err != nil || concerned == 0 {
		return q, err // nothing is or was refused: the keys of the stage need not be gone through
	}
	states := quarantineSQL(s, v)
	sql := "SELECT count(), sum(" + quarantineHash + ") FROM (" + states + ")"
	if err := w.row(ctx, "find what changed in quarantine", sql, &q.Rows, &q.Checksum); err != nil || q.Rows == 0 {
		return q, err
	}
	if err := w.exec(ctx, "write the quarantine", fmt.Sprintf("INSERT INTO %s.quarantine_versions (%s)\n%s", Database, quarantineNames, states)); err != nil {
		return q, err
	}
	var rows, ids, sum uint64
	check := fmt.Sprintf("SELECT count(), uniqExact(pipeline, reject_id), sum(%s) FROM %s.quarantine_versions WHERE kind = %s AND commit_no = %d", quarantineHash, Database, quote(s.Kind.Name), s.Commit)
	if err := w.row(ctx, "verify the quarantine", check, &rows, &ids, &sum); err != nil {
		return q, err
	}
	if rows != q.Rows || ids != q.Rows || sum != q.Checksum {
		return q, fault.New(fault.Run, "commit.unverified", fault.T("核对疑问数据：应写入 %d 行，实有 %d 行", "verify the quarantine: %d rows were due, there are %d", q.Rows, rows)).
			Do(fault.T("提交已放弃，再次运行即可。", "The commit was abandoned; run again."))
	}
	return q, nil
}

const (
	quarantineNames = "kind, pipeline, reject_id, record_id, source_ref, authority, raw_masked, raw_cipher, violations, state, first_run, last_run, times_seen, commit_no, changed_at"
	quarantineHash  = "cityHash64(reject_id, toString(state), times_seen, last_run)"
)

// quarantineSQL is the new state of the rows that change. A row that is refused again is one row, seen once more; it is
// open unless an operator dismissed it. The raw row is stored with its first sighting and refreshed by each later one.
func quarantineSQL(s Scope, v Verdict) string {
	known := fmt.Sprintf("(SELECT * FROM %s.quarantine FINAL WHERE kind = %s)", Database, quote(s.Kind.Name))
	at := fmt.Sprintf("%d, fromUnixTimestamp64Milli(%d)", s.Commit, s.At.UnixMilli())
	seen := fmt.Sprintf(`SELECT %[1]s AS kind, %[2]s AS pipeline, r.reject_id AS reject_id, r.record_id AS record_id, r.source_ref AS source_ref, r.authority AS authority, r.raw_masked AS raw_masked, r.raw_cipher AS raw_cipher,
  arrayMap((f, u, m) -> (f, u, m), r.fields, r.rules, r.messages) AS violations, if(q.state = 'dismissed', 'dismissed', 'open') AS state,
  if(q.times_seen = 0, %[3]d, q.first_run) AS first_run, %[3]d AS last_run, toUInt32(q.times_seen + if(q.last_run = %[3]d, 0, 1)) AS times_seen
FROM (SELECT * FROM %[4]s.reject_stage WHERE run_no = %[3]d ORDER BY place LIMIT 1 BY reject_id) AS r
LEFT JOIN (SELECT reject_id, state, first_run, last_run, times_seen FROM %[5]s WHERE pipeline = %[2]s) AS q ON q.reject_id = r.reject_id`,
		quote(s.Kind.Name), quote(s.Pipeline), s.Run, Database, known)
	head := "SELECT kind, pipeline, reject_id, record_id, source_ref, authority, raw_masked, raw_cipher, violations, CAST(state, 'Enum8(''open'' = 1, ''resolved'' = 2, ''replayed'' = 3, ''dismissed'' = 4)') AS state, first_run, last_run, times_seen, " + at + " FROM "
	list := head + "(" + seen + ")"
	if state, which := v.ends(s); which != "" {
		// The new state has a name of its own: an alias "state" would stand for the column in the condition too.
		list += fmt.Sprintf(`
UNION ALL
%[1]s(SELECT * EXCEPT (state, ended), ended AS state FROM (SELECT *, %[2]s AS ended FROM %[3]s WHERE reject_id NOT IN (SELECT reject_id FROM %[4]s.reject_stage WHERE run_no = %[5]d) AND (%[6]s)))`,
			head, state, known, Database, s.Run, which)
	}
	if len(v.Undone) > 0 {
		list += "\nUNION ALL\n" + head + "(" + undone(s, v, known) + ")"
	}
	return list
}

// undone are the rows that return to the state they had before some commits spoke of them.
func undone(s Scope, v Verdict, known string) string {
	list := make([]string, len(v.Undone))
	for i, no := range v.Undone {
		list[i] = fmt.Sprint(no)
	}
	commits := "(" + strings.Join(list, ", ") + ")"
	return fmt.Sprintf(`SELECT q.kind AS kind, q.pipeline AS pipeline, q.reject_id AS reject_id, q.record_id AS record_id, q.source_ref AS source_ref, q.authority AS authority, q.raw_masked AS raw_masked, q.raw_cipher AS raw_cipher,
  q.violations AS violations, b.was AS state, q.first_run AS first_run, q.last_run AS last_run, q.times_seen AS times_seen
FROM (SELECT * FROM %[1]s WHERE commit_no IN %[2]s AND record_id IN (SELECT record_id FROM %[3]s WHERE run_no = %[4]d AND commit_no = %[5]d AND action != 'superseded')) AS q
INNER JOIN (SELECT pipeline, reject_id, toString(argMax(state, commit_no)) AS was FROM %[6]s.quarantine_versions WHERE kind = %[7]s AND commit_no NOT IN %[2]s
  AND commit_no IN (SELECT commit_no FROM %[6]s.commits WHERE kind = %[7]s) GROUP BY pipeline, reject_id) AS b ON b.pipeline = q.pipeline AND b.reject_id = q.reject_id
WHERE toString(q.state) != b.was`, known, commits, table(s.Kind, "diff"), s.Run, s.Commit, Database, quote(s.Kind.Name))
}

// ends says which known rows end in this commit, and in which state.
func (v Verdict) ends(s Scope) (state, which string) {
	var clauses, states []string
	add := func(state, clause string) {
		clauses = append(clauses, "("+clause+")")
		states = append(states, clause+", '"+state+"'")
	}
	prefix := func(ids []string) string {
		var any []string
		for _, id := range ids {
			any = append(any, "startsWith(hex(reject_id), "+quote(strings.ToUpper(id))+")")
		}
		return "state IN ('open', 'dismissed') AND (" + strings.Join(any, " OR ") + ")"
	}
	if len(v.Dismissed) > 0 {
		add("dismissed", prefix(v.Dismissed))
	}
	if len(v.Replayed) > 0 {
		add("replayed", prefix(v.Replayed))
	}
	if len(v.Answered) > 0 {
		add("resolved", prefix(v.Answered))
	}
	if v.Resolve {
		clean := fmt.Sprintf("state = 'open' AND record_id != toFixedString('', 16) AND record_id IN (SELECT record_id FROM %s WHERE run_no = %d) AND record_id NOT IN (SELECT record_id FROM %s.reject_stage WHERE run_no = %d)",
			table(s.Kind, "stage"), s.Run, Database, s.Run)
		add("resolved", clean)
		if s.Snapshot {
			add("resolved", "state = 'open' AND pipeline = "+quote(s.Pipeline))
		}
	}
	if len(clauses) == 0 {
		return "", ""
	}
	return "multiIf(" + strings.Join(states, ", ") + ", toString(state))", strings.Join(clauses, " OR ")
}
