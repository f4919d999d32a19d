package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"creditsync/schemas"
)

// WriteBases writes, under the number of a commit, a version for each record of which a later one was told than is stored: as
// many as were staged under the run by StageTold. It has the number of the last one told, the contents of the last one stored,
// and is not told; its content hash is no row's, so that the next run that sees the record tells it as it is. A record that is
// not stored at all is one that was deleted.
func (w *Warehouse) WriteBases(ctx context.Context, k *schemas.Kind, run, commit uint64, at time.Time) error {
	own := make([]string, 0, len(k.Columns()))
	for _, name := range ownNames(k) {
		own = append(own, "v."+name)
	}
	staged := fmt.Sprintf("SELECT record_id, max(version) AS last, argMax(op, version) AS did FROM %s.%s WHERE run_no = %d GROUP BY record_id", Database, verifyStage, run)
	sql := fmt.Sprintf(`INSERT INTO %[1]s (%[2]s)
SELECT %[3]d + rowNumberInAllBlocks() + 1, record_id, version, op, status, 0, hash_version, %[4]d, %[5]d, pipeline, false, source_ref, fromUnixTimestamp64Milli(%[6]d), warnings, [], %[7]s FROM (
SELECT t.record_id AS record_id, t.last AS version, if(v.seq = 0, 'delete', toString(CAST(t.did, %[8]s))) AS op, if(v.seq = 0, 'active', toString(v.status)) AS status,
  v.hash_version AS hash_version, if(v.seq = 0, 'repair', toString(v.pipeline)) AS pipeline, v.source_ref AS source_ref, v.warnings AS warnings, %[9]s
FROM (%[10]s) AS t LEFT JOIN (SELECT * FROM %[1]s WHERE seq IN (SELECT max(seq) FROM %[11]s WHERE record_id IN (SELECT record_id FROM (%[10]s)) GROUP BY record_id)) AS v ON v.record_id = t.record_id
WHERE t.last > v.version ORDER BY record_id)`,
		table(k, "versions"), strings.Join(versionNames(k), ", "), commit<<24, run, commit, at.UnixMilli(), strings.Join(ownNames(k), ", "), quote(opEnum),
		aliased(own, ownNames(k)), staged, table(k, "current"))
	return w.exec(ctx, "write what was told later than is stored of "+k.Name, sql)
}

// aliased are columns under other names.
func aliased(columns, names []string) string {
	out := make([]string, len(columns))
	for i := range columns {
		out[i] = columns[i] + " AS " + names[i]
	}
	return strings.Join(out, ", ")
}

// CountGaps finds out by how much the versions of the records add up to more than there are rows of committed versions, and
// remembers it: numbers were skipped where versions were given up for lost. It reads the keys of all versions.
func (w *Warehouse) CountGaps(ctx context.Context, k *schemas.Kind) error {
	var gaps uint64
	sql := fmt.Sprintf("SELECT toUInt64(sum(last - n)) FROM (SELECT max(version) AS last, count() AS n FROM %s WHERE commit_no IN (%s) GROUP BY record_id)", table(k, "versions"), listedNumbers(k))
	if err := w.row(ctx, "count the versions that are given up", sql, &gaps); err != nil {
		return err
	}
	return w.SetGaps(ctx, k, gaps)
}

// Whose says of the rows of a commit who wrote them: from which run and pipeline, when, and the number of the last row.
type Whose struct {
	RunNo, Last uint64
	Pipeline    string
	At          time.Time
}

// Whose reads it from the rows themselves.
func (w *Warehouse) Whose(ctx context.Context, k *schemas.Kind, commit uint64) (who Whose, err error) {
	sql := fmt.Sprintf("SELECT max(run_no), bitAnd(max(seq), 16777215), toString(anyLast(pipeline)), max(ingested_at) FROM %s WHERE %s AND commit_no = %d", table(k, "versions"), seqRange(commit), commit)
	err = w.row(ctx, "see who wrote a commit of "+k.Name, sql, &who.RunNo, &who.Last, &who.Pipeline, &who.At)
	return who, err
}
