package warehouse

import (
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
)

// verifyStage is scratch: messages and what they should be, while they are compared.
const verifyStage = "verify_stage"

func verifyStageTable() string {
	return create(verifyStage, `run_no UInt64, due Bool, part Int32, place Int64, record_id FixedString(16), version UInt32, seq UInt64, op UInt8, hash UInt64`,
		"MergeTree", "(record_id, version)", "run_no", staged)
}

// Told is one message that is on a topic, or one that should be (due).
type Told struct {
	Due      bool
	Part     int32
	Place    int64 // offset
	RecordID [16]byte
	Version  uint32
	Seq      uint64
	Op       string // upsert, delete or forget
	Hash     uint64 // of its contents
}

// ops are the numbers of op in its Enum8.
func opNumber(op string) uint8 {
	switch op {
	case "upsert":
		return 1
	case "delete":
		return 2
	case "forget":
		return 3
	}
	return 0
}

// StageTold adds messages to what is compared under the number of a run. token names the batch for ever.
func (w *Warehouse) StageTold(ctx context.Context, run uint64, token string, list []Told) error {
	if len(list) == 0 {
		return nil
	}
	n := len(list)
	ids := array.NewFixedSizeBinaryBuilder(memory.DefaultAllocator, &arrow.FixedSizeBinaryType{ByteWidth: 16})
	defer ids.Release()
	for i := range list {
		ids.Append(list[i].RecordID[:])
	}
	due := array.NewBooleanBuilder(memory.DefaultAllocator)
	defer due.Release()
	for i := range list {
		due.Append(list[i].Due)
	}
	cols := []arrow.Array{
		column(array.NewUint64Builder, n, func(int) uint64 { return run }), due.NewArray(),
		column(array.NewInt32Builder, n, func(i int) int32 { return list[i].Part }), column(array.NewInt64Builder, n, func(i int) int64 { return list[i].Place }),
		ids.NewArray(), column(array.NewUint32Builder, n, func(i int) uint32 { return list[i].Version }),
		column(array.NewUint64Builder, n, func(i int) uint64 { return list[i].Seq }), column(array.NewUint8Builder, n, func(i int) uint8 { return opNumber(list[i].Op) }),
		column(array.NewUint64Builder, n, func(i int) uint64 { return list[i].Hash }),
	}
	var fields []arrow.Field
	for i, name := range []string{"run_no", "due", "part", "place", schemas.ColRecordID, "version", "seq", "op", "hash"} {
		fields = append(fields, arrow.Field{Name: name, Type: cols[i].DataType()})
	}
	rec := array.NewRecord(arrow.NewSchema(fields, nil), cols, int64(n))
	defer rec.Release()
	for _, c := range cols {
		c.Release()
	}
	return w.insert(ctx, "stage messages to compare", Database+"."+verifyStage, token, rec)
}

// The ways in which a message and the version that it tells of differ.
const (
	ToldMissing   = "missing"   // the version is due and not told
	ToldTwice     = "doubled"   // told more than once
	ToldOtherwise = "different" // told with other contents or another seq
	ToldUnknown   = "unknown"   // told, and no committed version
	ToldLate      = "order"     // told after a newer version of its record
	ToldThinned   = "thinned"   // the topic has dropped it for a newer message, as it may
)

// ToldDiff is how a topic and the committed versions differ, by message.
type ToldDiff struct {
	Due, Told uint64 // how many should be there, and are
	Counts    map[string]uint64
	Examples  []ToldExample
}

// ToldExample is one message that differs.
type ToldExample struct {
	How      string
	RecordID string // hexadecimal
	Version  uint32
	Seq      uint64
	Part     int32 // −1 where it is not on the topic
	Place    int64
}

// CompareTold compares what was staged under the number of a run. thinned is a seq below which a topic may have dropped
// messages for newer ones of their record; 0 where it drops none.
func (w *Warehouse) CompareTold(ctx context.Context, run, thinned uint64, limit int) (ToldDiff, error) {
	d := ToldDiff{Counts: map[string]uint64{}}
	sql := fmt.Sprintf("SELECT countIf(due), countIf(NOT due) FROM %s.%s WHERE run_no = %d", Database, verifyStage, run)
	if err := w.row(ctx, "count the messages", sql, &d.Due, &d.Told); err != nil {
		return d, err
	}
	slices := int((d.Due+d.Told)/recordSlices) + 1
	for i := range slices {
		from := fmt.Sprintf("%s.%s WHERE run_no = %d%s", Database, verifyStage, run, Slice{i, slices}.where())
		for _, of := range []string{classesSQL(from, thinned), orderSQL(from)} {
			if err := w.addClasses(ctx, &d, of, limit); err != nil {
				return d, err
			}
		}
	}
	return d, nil
}

// classesSQL is every version of a slice with what became of it.
func classesSQL(from string, thinned uint64) string {
	return fmt.Sprintf(`(SELECT record_id, version, seq, part, place, multiIf(due = 0, '%s', there = 0 AND seq < %d AND (version < top OR gone), '%s', there = 0, '%s', other, '%s', there > 1, '%s', '') AS class
FROM (SELECT *, max(if(there > 0, version, 0)) OVER (PARTITION BY record_id) AS top, max(forgotten) OVER (PARTITION BY record_id) AS gone
  FROM (SELECT record_id, version, countIf(s.due) AS due, countIf(NOT s.due) AS there, uniqExact(s.seq, s.hash) > 1 AS other, max(s.seq) AS seq, max(s.due AND s.op = 3) AS forgotten,
    if(there > 0, anyIf(s.part, NOT s.due), -1) AS part, if(there > 0, maxIf(s.place, NOT s.due), -1) AS place FROM (SELECT * FROM %s) AS s GROUP BY record_id, version)))`,
		ToldUnknown, thinned, ToldThinned, ToldMissing, ToldOtherwise, ToldTwice, from)
}

// orderSQL is every message of a slice that comes after a newer version of its record.
func orderSQL(from string) string {
	return fmt.Sprintf(`(SELECT record_id, version, seq, part, place, '%s' AS class FROM (
  SELECT record_id, version, seq, part, place, max(version) OVER (PARTITION BY record_id, part ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM %s AND NOT due)
WHERE version < before)`, ToldLate, from)
}

func (w *Warehouse) addClasses(ctx context.Context, d *ToldDiff, of string, limit int) error {
	var classes []string
	var counts []uint64
	doing := "compare the messages with the versions"
	if err := w.row(ctx, doing, "SELECT groupArray(class), groupArray(n) FROM (SELECT class, count() AS n FROM "+of+" WHERE class != '' GROUP BY class)", &classes, &counts); err != nil {
		return err
	}
	for i, c := range classes {
		d.Counts[c] += counts[i]
	}
	if len(classes) == 0 || limit <= 0 {
		return nil
	}
	list, err := sums(ctx, w, doing, fmt.Sprintf("SELECT class, lower(hex(record_id)), version, seq, part, place FROM %s WHERE class NOT IN ('', '%s') ORDER BY seq, version LIMIT %d BY class", of, ToldThinned, limit),
		func(e *ToldExample) []any { return []any{&e.How, &e.RecordID, &e.Version, &e.Seq, &e.Part, &e.Place} })
	if err != nil {
		return err
	}
	had := map[string]int{}
	for _, e := range d.Examples {
		had[e.How]++
	}
	for _, e := range list {
		if had[e.How]++; had[e.How] <= limit {
			d.Examples = append(d.Examples, e)
		}
	}
	return nil
}
