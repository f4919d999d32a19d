package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"creditsync/schemas"
)

// Versions reads the rows of a committed commit in seq order, with the columns of the kind's MessageArrow.
type Versions struct {
	body io.ReadCloser
	in   *ipc.Reader
}

// rowCheck is the hash whose sum over a commit equals the checksum that closed it.
const rowCheck = "cityHash64(record_id, version, op, content_hash)"

// Versions opens the rows of a commit for the relay.
func (w *Warehouse) Versions(ctx context.Context, k *schemas.Kind, commit uint64) (*Versions, error) {
	return w.versions(ctx, k, fmt.Sprintf("%s AND v.commit_no = %d", strings.ReplaceAll(seqRange(commit), "seq", "v.seq"), commit))
}

// VersionsBetween opens the rows of all commits from one seq to another, both included: those that are told to others, of the
// record with that hexadecimal id, of all where it is empty. Rows of commits that are not closed are among them.
func (w *Warehouse) VersionsBetween(ctx context.Context, k *schemas.Kind, from, to uint64, record string) (*Versions, error) {
	which := fmt.Sprintf("v.seq >= %d AND v.seq <= %d AND v.notify", from, to)
	if record != "" {
		which += fmt.Sprintf(" AND v.record_id = unhex('%s')", record)
	}
	return w.versions(ctx, k, which)
}

// versions opens the rows that a condition on v picks, in the order of seq.
func (w *Warehouse) versions(ctx context.Context, k *schemas.Kind, which string) (*Versions, error) {
	// Every column is tied to the table: an alias such as op would else stand for the column in what is hashed too.
	exprs := []string{"v.seq AS seq", "cityHash64(v.record_id, v.version, v.op, v.content_hash) AS row_check", "v.record_id AS record_id", "v.version AS version",
		"toString(v.op) AS op", "toString(v.status) AS status", "toUInt8(v.notify) AS notify", "toString(v.pipeline) AS pipeline", "v.source_ref AS source_ref",
		"toUnixTimestamp64Milli(v.ingested_at) AS ingested_ms", "v.changed AS changed"}
	for _, c := range k.Columns() {
		if c.Part != schemas.Index {
			exprs = append(exprs, "v."+c.Name+" AS "+c.Name)
		}
	}
	sql := fmt.Sprintf("SELECT %s FROM %s AS v WHERE %s ORDER BY v.seq", strings.Join(exprs, ", "), table(k, "versions"), which)
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"output_format_arrow_string_as_string": 1, "output_format_arrow_fixed_string_as_fixed_byte_array": 1,
		"output_format_arrow_low_cardinality_as_dictionary": 0, "max_block_size": 16384,
	}))
	body, err := w.stream(ctx, "read a commit of "+k.Name, "ArrowStream", sql)
	if err != nil {
		return nil, err
	}
	return &Versions{body: body}, nil
}

// Next returns the next batch, io.EOF after the last; the caller releases it.
func (v *Versions) Next() (arrow.Record, error) {
	if v.in == nil {
		in, err := ipc.NewReader(v.body)
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err != nil {
			return nil, fmt.Errorf("read versions: %w", err)
		}
		v.in = in
	}
	if !v.in.Next() {
		if err := v.in.Err(); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read versions: %w", err)
		}
		return nil, io.EOF
	}
	rec := v.in.Record()
	rec.Retain()
	return rec, nil
}

// Close ends the read.
func (v *Versions) Close() error {
	if v.in != nil {
		v.in.Release()
	}
	return v.body.Close()
}

// Sum counts a commit's rows and adds up their hashes, so that the relay can hold them against what the ledger closed
// before it sends one of them.
func (w *Warehouse) Sum(ctx context.Context, k *schemas.Kind, commit uint64) (rows, checksum uint64, err error) {
	sql := fmt.Sprintf("SELECT count(), sum(%s) FROM %s WHERE %s AND commit_no = %d", rowCheck, table(k, "versions"), seqRange(commit), commit)
	err = w.row(ctx, "verify a commit of "+k.Name, sql, &rows, &checksum)
	return rows, checksum, err
}
