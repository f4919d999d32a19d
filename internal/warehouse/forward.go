package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"creditsync/schemas"
)

// Closed is a commit that the ledger has closed, with what people read of it.
type Closed struct {
	Kind                       *schemas.Kind
	No                         uint64
	Run                        string // UUID
	RunNo                      uint64
	Pipeline                   string
	Rows, Notify, Checksum     uint64
	Quarantine                 uint64 // rows of quarantine_versions
	Inserted, Updated, Deleted uint64
	At                         time.Time
	// What a ledger is made again from: the rest of the counts, the checksum of the quarantine rows, and with the last
	// commit of a run where its pipeline stands after it.
	Read, Accepted, Rejected, Unchanged, Superseded, Withheld, Warnings uint64
	QuarantineChecksum                                                  uint64
	Last                                                                bool
	Cursor                                                              []byte // nil for a source without cursors
	Inputs                                                              []string
}

// Forward brings current, quarantine and the list of commits up to a closed commit, from its committed rows alone. It
// may be repeated at any time: each target keeps the newest state of a key (I2).
func (w *Warehouse) Forward(ctx context.Context, c Closed) error {
	if c.Rows > 0 {
		const columns = "record_id, version, op, status, content_hash, hash_version, seq, pipeline"
		sql := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s AND commit_no = %d", table(c.Kind, "current"), columns, columns, table(c.Kind, "versions"), seqRange(c.No), c.No)
		if err := w.exec(ctx, "bring "+c.Kind.Name+"_current forward", sql); err != nil {
			return err
		}
	}
	if c.Quarantine > 0 {
		sql := fmt.Sprintf("INSERT INTO %[1]s.quarantine SELECT * FROM %[1]s.quarantine_versions WHERE kind = %[2]s AND commit_no = %[3]d", Database, quote(c.Kind.Name), c.No)
		if err := w.exec(ctx, "bring the quarantine forward", sql); err != nil {
			return err
		}
	}
	return w.List(ctx, c)
}

// List adds a closed commit to the list of commits, which is what analysts go by, and what a lost ledger is made again from.
// It may be repeated.
func (w *Warehouse) List(ctx context.Context, c Closed) error {
	inputs := make([]string, len(c.Inputs))
	for i, name := range c.Inputs {
		inputs[i] = quote(name)
	}
	sql := fmt.Sprintf(`INSERT INTO %s.commits (kind, commit_no, run, run_no, pipeline, rows, notify, checksum, inserted, updated, deleted, closed_at,
  quarantine, quarantine_checksum, last, cursor, has_cursor, inputs, read, accepted, rejected, unchanged, superseded, withheld, warnings)
SELECT %s, %d, %s, %d, %s, %d, %d, %d, %d, %d, %d, fromUnixTimestamp64Milli(%d), %d, %d, %t, unhex('%x'), %t, [%s]::Array(String), %d, %d, %d, %d, %d, %d, %d`, Database,
		quote(c.Kind.Name), c.No, quote(c.Run), c.RunNo, quote(c.Pipeline), c.Rows, c.Notify, c.Checksum, c.Inserted, c.Updated, c.Deleted, c.At.UnixMilli(),
		c.Quarantine, c.QuarantineChecksum, c.Last, c.Cursor, c.Cursor != nil, strings.Join(inputs, ", "), c.Read, c.Accepted, c.Rejected, c.Unchanged, c.Superseded, c.Withheld, c.Warnings)
	return w.exec(ctx, "list the commit", sql)
}

// Live brings the analysts' wide copy up to an applied commit. It may be repeated.
func (w *Warehouse) Live(ctx context.Context, c Closed) error {
	if c.Rows == 0 {
		return nil
	}
	columns := strings.Join(versionNames(c.Kind), ", ")
	sql := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s AND commit_no = %d", table(c.Kind, "live"), columns, columns, table(c.Kind, "versions"), seqRange(c.No), c.No)
	return w.exec(ctx, "bring "+c.Kind.Name+"_live forward", sql)
}

// LastCommit is the highest commit number that any version row carries, committed or not: a number is tried once.
func (w *Warehouse) LastCommit(ctx context.Context, k *schemas.Kind) (uint64, error) {
	var seq, commit uint64
	if err := w.row(ctx, "find the last commit", "SELECT max(seq) FROM "+table(k, "versions"), &seq); err != nil {
		return 0, err
	}
	sql := fmt.Sprintf("SELECT max(commit_no) FROM %s.quarantine_versions WHERE kind = %s", Database, quote(k.Name))
	if err := w.row(ctx, "find the last commit of the quarantine", sql, &commit); err != nil {
		return 0, err
	}
	return max(seq>>24, commit), nil
}
