package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/internal/fault"
	"creditsync/schemas"
)

// Write writes the commit's versions, numbered commit << 24 | n: those that come from the source from its rows, deletions from
// what was last known. Until the ledger closes the commit nobody looks at them; a statement whose answer was lost may
// go on and does no harm (I2).
func (w *Warehouse) Write(ctx context.Context, s Scope, c Changes, rows Rows) error {
	if s.Act != nil {
		return w.copy(ctx, s, c)
	}
	if c.Inserted+c.Updated+c.Adopted > 0 {
		if err := w.pour(ctx, s, c, rows); err != nil {
			return err
		}
	}
	if c.Updated+c.Deleted == 0 {
		return nil
	}
	return w.exec(ctx, "write the versions of "+s.Kind.Name, versionsSQL(s, c))
}

// Verify proves before the close that the commit holds exactly what the diff found: as many rows, as many records, as
// many numbers, the same sum of hashes.
func (w *Warehouse) Verify(ctx context.Context, s Scope, c Changes) error {
	if c.Rows() == 0 {
		return nil
	}
	var rows, records, seqs, sum uint64
	sql := fmt.Sprintf("SELECT count(), %s, uniqExact(seq), sum(%s) FROM %s WHERE %s AND commit_no = %d",
		distinctRecords, rowCheck, table(s.Kind, "versions"), seqRange(s.Commit), s.Commit)
	if err := w.row(ctx, "verify the versions of "+s.Kind.Name, sql, &rows, &records, &seqs, &sum); err != nil {
		return err
	}
	if want := c.Rows(); rows != want || records != want || seqs != want || sum != c.Checksum {
		return fault.New(fault.Run, "commit.unverified", fault.T(
			"核对 %[1]s 的提交 %[2]d：应写入 %[3]d 行，实有 %[4]d 行、%[5]d 条记录，校验和 %[6]d 与 %[7]d",
			"verify commit %[2]d of %[1]s: %[3]d rows were due, there are %[4]d rows of %[5]d records, checksums %[6]d and %[7]d",
			s.Kind.Name, s.Commit, want, rows, records, sum, c.Checksum)).
			Do(fault.T("提交已放弃，再次运行即可。", "The commit was abandoned; run again."))
	}
	return nil
}

// seqRange is the condition on seq of a commit's rows: the primary key's range.
func seqRange(commit uint64) string {
	return fmt.Sprintf("seq >= %d AND seq < %d", commit<<24, (commit+1)<<24)
}

// versionsSQL holds updated rows against the versions that they replace, and takes what a deletion last knew from its
// previous version. Branches that have no rows are left out.
func versionsSQL(s Scope, c Changes) string {
	var branches []string
	if c.Updated > 0 {
		branches = append(branches, updateBranch(s))
	}
	if c.Deleted > 0 {
		branches = append(branches, deleteBranch(s))
	}
	return fmt.Sprintf("INSERT INTO %s (%s)\n%s", table(s.Kind, "versions"), strings.Join(versionNames(s.Kind), ", "), strings.Join(branches, "\nUNION ALL\n"))
}

// versionNames are the columns of K_versions and K_live in order.
func versionNames(k *schemas.Kind) []string {
	names := []string{"seq", "record_id", "version", "op", "status", "content_hash", "hash_version", "run_no", "commit_no", "pipeline", "notify", "source_ref", "ingested_at", "warnings", "changed"}
	return append(names, ownNames(k)...)
}

func ownNames(k *schemas.Kind) []string {
	var names []string
	for _, c := range k.Columns() {
		names = append(names, c.Name)
	}
	return names
}

func (s Scope) diffOf(action string) string {
	return fmt.Sprintf("(SELECT place, n, version, status, prev_seq FROM %s WHERE run_no = %d AND commit_no = %d AND action = '%s')", table(s.Kind, "diff"), s.Run, s.Commit, action)
}

func (s Scope) head(op, notify, from, changed string) string {
	return fmt.Sprintf(`%[1]d + d.n AS seq, %[2]s.record_id, toUInt32(d.version), '%[3]s', CAST(d.status, 'Enum8(''active'' = 1, ''suspended'' = 2, ''withdrawn'' = 3, ''repaired'' = 4, ''expired'' = 5)'),
  %[2]s.content_hash, %[4]d, %[5]d, %[6]d, %[7]s, %[8]s, %[2]s.source_ref, fromUnixTimestamp64Milli(%[9]d), %[2]s.warnings, %[10]s`,
		s.Commit<<24, from, op, schemas.HashVersion, s.Run, s.Commit, quote(s.Pipeline), notify, s.At.UnixMilli(), changed)
}

func updateBranch(s Scope) string {
	return fmt.Sprintf(`SELECT %s, %s
FROM (SELECT * FROM %s WHERE run_no = %d) AS s
ANY INNER JOIN %s AS d ON s.place = d.place
ANY LEFT JOIN (SELECT * FROM %s WHERE seq IN (SELECT prev_seq FROM %s WHERE run_no = %d AND commit_no = %d AND action = 'update')) AS p ON p.seq = d.prev_seq`,
		s.head("upsert", "true", "s", changedExpr(s.Kind)), prefixed("s", ownNames(s.Kind)), table(s.Kind, "changed"), s.Run, s.diffOf("update"),
		table(s.Kind, "versions"), table(s.Kind, "diff"), s.Run, s.Commit)
}

func deleteBranch(s Scope) string {
	return fmt.Sprintf("SELECT %s, %s\nFROM (SELECT * FROM %[3]s WHERE seq IN (SELECT prev_seq FROM %[4]s WHERE run_no = %[5]d AND commit_no = %[6]d AND action = 'delete')) AS v\nANY INNER JOIN %[7]s AS d ON v.seq = d.prev_seq",
		s.head("delete", "true", "v", "[]"), prefixed("v", ownNames(s.Kind)), table(s.Kind, "versions"), table(s.Kind, "diff"), s.Run, s.Commit, s.diffOf("delete"))
}

// changedExpr lists the fields whose value differs from the previous version. A personal field is compared by its blind
// index too, and a masked text by the sealed texts, so that a change behind a mask shows.
func changedExpr(k *schemas.Kind) string {
	var tests []string
	for _, f := range k.Fields {
		var differs string
		switch {
		case f.Personal != "":
			differs = fmt.Sprintf("s.%[1]s != p.%[1]s OR s.%[1]s_index != p.%[1]s_index", f.Name)
		case f.Nullable():
			differs = fmt.Sprintf("ifNull(toString(s.%[1]s), '') != ifNull(toString(p.%[1]s), '')", f.Name)
		case f.Type == schemas.Date || f.Type == schemas.Money || f.Type == schemas.Count || f.Type == schemas.Choices || f.Type == schemas.Choice:
			differs = fmt.Sprintf("s.%[1]s != p.%[1]s", f.Name)
		default:
			differs = fmt.Sprintf("s.%[1]s != p.%[1]s OR (position(s.%[1]s, '***') > 0 AND s.%[2]s != p.%[2]s)", f.Name, schemas.ColTextCipher)
		}
		tests = append(tests, fmt.Sprintf("if(%s, '%s', '')", differs, f.Name))
	}
	return "arrayFilter(x -> x != '', [" + strings.Join(tests, ", ") + "])"
}

func prefixed(prefix string, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + "." + n
	}
	return strings.Join(out, ", ")
}
