package warehouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/schemas"
)

// Compared is how the staged keys of a scope and the current records differ: what a diff would do, counted. Examples are up
// to so many of each action but 'none'.
type Compared struct {
	Actions  map[string]uint64 // insert, update, delete, withheld, adopt, superseded; "equal" for the rest of the staged
	Examples []Example
}

// Example is one record of a comparison.
type Example struct {
	Action   string
	RecordID string // hexadecimal
	Ref      string // where it stands in the source, or where what is stored stood
	Seq      uint64 // of the version that is stored; 0 for none
	Fields   []string
	place    uint64
}

// Compare finds what a commit of the scope would change, and writes none of it. rows are those whose keys are staged.
func (w *Warehouse) Compare(ctx context.Context, s Scope, rows Rows, limit int) (Compared, error) {
	out := Compared{Actions: map[string]uint64{}}
	diff := diffSQL(s)
	var actions []string
	var counts []uint64
	sql := "SELECT groupArray(act), groupArray(n) FROM (SELECT if(action = 'none', 'equal', action) AS act, count() AS n FROM (" + diff + ") WHERE action != 'none' OR staged > 0 GROUP BY act)"
	if err := w.row(ctx, "compare with the source of "+s.Pipeline, sql, &actions, &counts); err != nil {
		return out, err
	}
	differ := false
	for i, a := range actions {
		out.Actions[a] = counts[i]
		differ = differ || a != "equal"
	}
	if !differ || limit == 0 {
		return out, nil
	}
	list, err := w.conn.Query(ctx, fmt.Sprintf("SELECT toString(action), lower(hex(record_id)), cur_seq, place FROM (%s) WHERE action NOT IN ('none', 'adopt', 'superseded') ORDER BY place, cur_seq LIMIT %d BY action", diff, limit))
	if err != nil {
		return out, w.classed("compare with the source of "+s.Pipeline, err)
	}
	defer list.Close()
	for list.Next() {
		var e Example
		if err := list.Scan(&e.Action, &e.RecordID, &e.Seq, &e.place); err != nil {
			return out, w.classed("compare with the source of "+s.Pipeline, err)
		}
		out.Examples = append(out.Examples, e)
	}
	if err := list.Err(); err != nil {
		return out, w.classed("compare with the source of "+s.Pipeline, err)
	}
	for i := range out.Examples {
		if err := w.describe(ctx, s, rows, &out.Examples[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// describe fills in where an example stands and, where both sides have it, which fields differ.
func (w *Warehouse) describe(ctx context.Context, s Scope, rows Rows, e *Example) error {
	if e.Action == "delete" || e.Action == "withheld" {
		return w.row(ctx, "find a record", fmt.Sprintf("SELECT any(source_ref) FROM %s WHERE seq = %d", table(s.Kind, "versions"), e.Seq), &e.Ref)
	}
	batch, err := rows.Get(uint32(e.place >> 32))
	if err != nil {
		return err
	}
	if batch == nil {
		return fmt.Errorf("compare with the source of %s: batch %d is gone", s.Pipeline, e.place>>32)
	}
	defer batch.Release()
	one, err := rowAt(batch, e.place)
	if err != nil {
		return err
	}
	defer one.Release()
	refs, ok := one.Column(one.Schema().FieldIndices(schemas.ColSourceRef)[0]).(*array.String)
	if !ok {
		return fmt.Errorf("compare with the source of %s: a batch has no places", s.Pipeline)
	}
	e.Ref = strings.Clone(refs.Value(0))
	if e.Action != "update" {
		return nil
	}
	// The row meets what is stored in the table where updated rows do: scratch of the run.
	if err := w.insert(ctx, "stage a row to compare", table(s.Kind, "changed"), fmt.Sprintf("%d:verify:%d", s.Run, e.place), one); err != nil {
		return err
	}
	sql := fmt.Sprintf("SELECT %s FROM (SELECT * FROM %s WHERE run_no = %d AND place = %d LIMIT 1) AS s CROSS JOIN (SELECT * FROM %s WHERE seq = %d LIMIT 1) AS p",
		changedExpr(s.Kind), table(s.Kind, "changed"), s.Run, e.place, table(s.Kind, "versions"), e.Seq)
	return w.row(ctx, "find the fields that differ", sql, &e.Fields)
}

// rowAt is the row of a batch at a place. The caller releases it.
func rowAt(batch arrow.Record, place uint64) (arrow.Record, error) {
	n := numbered{batch: uint32(place >> 32), places: []uint64{place}, numbers: []uint64{1}, versions: []uint32{1}, statuses: []int8{1}, actions: []int8{actionUpdate}}
	_, picks, err := n.part(batch)
	if err != nil {
		return nil, err
	}
	return taken(batch, picks)
}
