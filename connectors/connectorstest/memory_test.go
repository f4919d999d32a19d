package connectorstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// shelf is a source system in memory with cursors. flaw makes it break the clause of that name.
type shelf struct {
	table *Table
	limit int // rows before it breaks; −1: it does not
	gone  bool
	flaw  string
}

type shelfOptions struct{ Colour string }

func shelfDefinition(modes ...connectors.Mode) connectors.Definition {
	return connectors.Define("shelf", modes, shelfOptions{}, func(shelfOptions, connectors.Place) (connectors.Source, error) {
		return &shelf{limit: -1}, nil
	})
}

func (s *shelf) Source(*testing.T) connectors.Source { return s }
func (s *shelf) Fill(_ *testing.T, t Table)          { s.table = &t }
func (s *shelf) Break(*testing.T)                    { s.limit = len(s.table.Rows) * 3 / 4 }
func (s *shelf) Remove(*testing.T)                   { s.gone = true }

func (s *shelf) missing() error {
	return fault.New(fault.Environment, "shelf.gone", fault.T("架子不在", "the shelf is gone")).Do(fault.T("找回来", "bring it back"))
}

func (s *shelf) Check(ctx context.Context) error {
	if s.gone {
		return s.missing()
	}
	return ctx.Err()
}

func (s *shelf) Open(ctx context.Context, want connectors.Request) (connectors.Reader, error) {
	if err := s.Check(ctx); err != nil {
		return nil, err
	}
	r := &shelfReader{shelf: *s, mem: want.Memory}
	if r.mem == nil {
		r.mem = memory.DefaultAllocator
	}
	if s.table != nil {
		fields := make([]arrow.Field, len(s.table.Header))
		for i, h := range s.table.Header {
			fields[i] = arrow.Field{Name: h, Type: arrow.BinaryTypes.String, Nullable: true}
		}
		r.schema = arrow.NewSchema(fields, nil)
	}
	if want.Cursor != nil && s.flaw != "Cursor/GoesOnWhereItStopped" {
		var err error
		if r.at, err = strconv.Atoi(string(want.Cursor)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// shelfReader reads a copy of a shelf.
type shelfReader struct {
	shelf
	mem    memory.Allocator
	schema *arrow.Schema
	at     int
	err    error
}

func (r *shelfReader) Next(ctx context.Context) (*connectors.Batch, error) {
	if r.err == nil {
		r.err = ctx.Err()
	}
	if r.err != nil {
		return nil, r.err
	}
	b := r.batch()
	if r.limit >= 0 && r.at >= r.limit && r.flaw != "Read/BrokenHalfwayFailsWhole" {
		r.err = fault.New(fault.Run, "shelf.broken", fault.T("架子塌了", "the shelf broke")).Do(fault.T("再来", "again")).Again()
	} else if b == nil {
		r.err = io.EOF
	}
	if r.err != nil {
		if b != nil {
			b.Release()
		}
		return nil, r.err
	}
	if r.flaw == "Read/CloseEarlyLeavesNothing" {
		b.Rows.Retain()
	}
	return b, nil
}

// batch is the next batch, nil after the last row.
func (r *shelfReader) batch() *connectors.Batch {
	if r.table == nil || r.at >= len(r.table.Rows) {
		return nil
	}
	if r.flaw == "Read/SchemaSharedPerInput" {
		r.schema = arrow.NewSchema(r.schema.Fields(), nil)
	}
	rows, refs := array.NewRecordBuilder(r.mem, r.schema), array.NewStringBuilder(r.mem)
	defer rows.Release()
	defer refs.Release()
	b := &connectors.Batch{}
	most, size := connectors.MaxBatchRows, 0
	if r.flaw == "Read/BatchBounds" {
		most++
	}
	for ; r.at < len(r.table.Rows) && refs.Len() < most && size < connectors.MaxBatchBytes-connectors.MaxCell; r.at++ {
		row, ref := r.table.Rows[r.at], fmt.Sprintf("shelf:%d", r.at)
		if r.flaw == "Read/RefsUnique" {
			ref = "shelf"
		}
		long := false
		for _, c := range row {
			size += len(c)
			long = long || len(c) > connectors.MaxCell
		}
		if long && r.flaw != "Read/RefusedHaveRefs" {
			b.Refused = append(b.Refused, connectors.Refused{Ref: ref, Rule: connectors.RuleCellTooLarge, Cells: row[:1]})
			continue
		}
		for i, c := range row {
			if r.flaw == "Read/TextUntouched" && c == "NULL" {
				c = ""
			}
			rows.Field(i).(*array.StringBuilder).Append(c)
		}
		refs.Append(ref)
	}
	b.Rows, b.Refs = rows.NewRecord(), refs.NewStringArray()
	return b
}

func (r *shelfReader) Inputs() []connectors.Input {
	if r.table == nil {
		return nil
	}
	return []connectors.Input{{Name: "shelf", Size: -1}}
}

func (r *shelfReader) Read() (done, size int64) { return int64(r.at), -1 }
func (r *shelfReader) Cursor() []byte           { return strconv.AppendInt(nil, int64(r.at), 10) }

func (r *shelfReader) Close() error {
	if r.err == nil {
		r.err = errors.New("closed")
	}
	return nil
}
