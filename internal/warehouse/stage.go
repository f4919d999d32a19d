package warehouse

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/internal/fault"
	"creditsync/schemas"
)

// mix is the odd constant that ties a row's hash to its place in the stage's checksum.
const mix = uint64(0x9E3779B97F4A7C15)

// attempts of one insert: the same bytes under the same token, so that it is stored once however often it is sent.
const attempts = 4

// Tally is what a stage holds: rows and the XOR of hash ^ place·mix over them.
type Tally struct{ Rows, Check uint64 }

// Add counts more rows in.
func (t *Tally) Add(rows, check uint64) { t.Rows += rows; t.Check ^= check }

// Stage inserts the keys of accepted rows as one block: all of them or none. The rows themselves wait with the caller until
// the diff has said which of them are written. token names the keys for ever ("run UUID:batch"): their bytes are kept until they are
// acknowledged, and the same bytes are sent again after a lost answer.
func (w *Warehouse) Stage(ctx context.Context, k *schemas.Kind, token string, keys []arrow.Record) error {
	if len(keys) == 0 {
		return nil
	}
	whole, err := joined(keys)
	if err != nil {
		return fmt.Errorf("stage rows of %s: %w", k.Name, err)
	}
	defer whole.Release()
	return w.insert(ctx, "stage rows of "+k.Name, table(k, "stage"), token, whole)
}

// joined is one record of the rows of several. The caller releases it.
func joined(list []arrow.Record) (arrow.Record, error) {
	if len(list) == 1 {
		list[0].Retain()
		return list[0], nil
	}
	var cols []arrow.Array
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	rows := int64(0)
	for _, one := range list {
		rows += one.NumRows()
	}
	for i := range list[0].Columns() {
		parts := make([]arrow.Array, len(list))
		for k, one := range list {
			parts[k] = one.Column(i)
		}
		col, err := array.Concatenate(parts, memory.DefaultAllocator)
		if err != nil {
			return nil, err
		}
		cols = append(cols, col)
	}
	return array.NewRecord(list[0].Schema(), cols, rows), nil
}

// StageRejects inserts one batch of refused rows, as Stage does.
func (w *Warehouse) StageRejects(ctx context.Context, token string, rows arrow.Record) error {
	return w.insert(ctx, "stage refused rows", Database+".reject_stage", token+":rejects", rows)
}

func (w *Warehouse) insert(ctx context.Context, doing, into, token string, rows arrow.Record) error {
	if rows.NumRows() == 0 {
		return nil
	}
	body, err := encode(rows)
	if err != nil {
		return fmt.Errorf("%s: encode batch %s: %w", doing, token, err)
	}
	sql := "INSERT INTO " + into + " (" + names(rows.Schema()) + ")"
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": token, "insert_deduplicate": 1}))
	for try := 1; ; try++ {
		err = w.classed(doing, w.conn.InsertFormat(ctx, "ArrowStream", sql, bytes.NewReader(body)))
		if again, _ := fault.Retryable(err); !again || try == attempts {
			return err
		}
	}
}

// encode writes one record as an Arrow IPC stream of one batch.
func encode(rows arrow.Record) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(size(rows) + 1<<16)
	out := ipc.NewWriter(&buf, ipc.WithSchema(rows.Schema()))
	if err := out.Write(rows); err != nil {
		return nil, err
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func size(rows arrow.Record) int {
	n := 0
	for _, c := range rows.Columns() {
		n += int(c.Data().SizeInBytes())
	}
	return n
}

func names(s *arrow.Schema) string {
	var b bytes.Buffer
	for i, f := range s.Fields() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.Name)
	}
	return b.String()
}

// Staged is what the engine has of a run's accepted rows.
func (w *Warehouse) Staged(ctx context.Context, k *schemas.Kind, run uint64) (Tally, error) {
	sql := fmt.Sprintf("SELECT count(), groupBitXor(bitXor(content_hash, place * %d)) FROM %s WHERE run_no = %d", mix, table(k, "stage"), run)
	var t Tally
	err := w.row(ctx, "count the staged rows of "+k.Name, sql, &t.Rows, &t.Check)
	return t, err
}

// StagedRejects is what the engine has of a run's refused rows.
func (w *Warehouse) StagedRejects(ctx context.Context, run uint64) (Tally, error) {
	sql := fmt.Sprintf("SELECT count(), groupBitXor(bitXor(reinterpretAsUInt64(substring(reject_id, 1, 8)), place * %d)) FROM %s.reject_stage WHERE run_no = %d", mix, Database, run)
	var t Tally
	err := w.row(ctx, "count the staged refused rows", sql, &t.Rows, &t.Check)
	return t, err
}
