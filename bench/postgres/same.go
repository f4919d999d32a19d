package postgres

import (
	"bytes"
	"context"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/jackc/pgx/v5"

	"creditsync/bench/duel"
	"creditsync/internal/testkit/postgres"
)

// same fails unless both sides read the same cells. It is not measured.
func same(ctx context.Context, server *postgres.Server) error {
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var theirs, ours duel.Cells
	if _, err := conn.PgConn().CopyTo(ctx, &lines{cells: &theirs}, "COPY (SELECT * FROM penalty ORDER BY id) TO STDOUT"); err != nil {
		return err
	}
	err = batches(ctx, server, func(rows arrow.Record) { arrowCells(rows, &ours) })
	if err == nil && theirs != ours {
		err = fmt.Errorf("W5: COPY gives other cells (%d rows, hash %x) than the connector (%d, %x)", theirs.Rows, theirs.Sum, ours.Rows, ours.Sum)
	}
	return err
}

// lines are the rows of COPY's text format, which come in any pieces.
type lines struct {
	rest  []byte
	cells *duel.Cells
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte{'\n'})
		if !ok {
			return len(p), nil
		}
		var row [][]byte
		for cell := range bytes.SplitSeq(line, []byte{'\t'}) {
			row = append(row, plain(cell))
		}
		l.cells.Add(row)
		l.rest = rest
	}
}

// plain is a cell without the escapes of COPY; nil where it is NULL.
func plain(cell []byte) []byte {
	if string(cell) == `\N` {
		return nil
	}
	out := make([]byte, 0, len(cell))
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		if c == '\\' && i+1 < len(cell) {
			i++
			switch c = cell[i]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		}
		out = append(out, c)
	}
	return out
}

// arrowCells adds the rows of a batch of text columns.
func arrowCells(rows arrow.Record, to *duel.Cells) {
	row := make([][]byte, rows.NumCols())
	for i := range int(rows.NumRows()) {
		for c := range row {
			row[c] = nil
			if texts := rows.Column(c).(*array.String); !texts.IsNull(i) {
				row[c] = append([]byte{}, texts.Value(i)...)
			}
		}
		to.Add(row)
	}
}
