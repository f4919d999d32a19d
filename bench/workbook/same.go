package workbook

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/bench/duel"
)

// same fails unless both sides read the same cells, days written alike. It is not measured.
func same(ctx context.Context, dir, path string) error {
	var theirs, ours duel.Cells
	row := make([][]byte, columns)
	err := excel(path, false, func(cells []string) {
		clear(row)
		for i, c := range cells {
			row[i] = plain(c)
		}
		theirs.Add(row)
	})
	if err != nil {
		return err
	}
	err = batches(ctx, dir, func(rows arrow.Record) {
		for i := range int(rows.NumRows()) {
			for c := range row {
				row[c] = plain(rows.Column(c).(*array.String).Value(i)) // "" where there is no value
			}
			ours.Add(row)
		}
	})
	if err == nil && theirs != ours {
		err = fmt.Errorf("W6: excelize gives other cells (%d rows, hash %x) than the connector (%d, %x)", theirs.Rows, theirs.Sum, ours.Rows, ours.Sum)
	}
	return err
}

// columns of the sheet; excelize leaves empty cells at the end of a row out.
const columns = 30

var day = regexp.MustCompile(`^\d{4}[-/]\d{1,2}[-/]\d{1,2}$`)

// plain is a cell with its day, if it is one, in one form; nil where it is empty.
func plain(cell string) []byte {
	if cell == "" {
		return nil
	}
	if day.MatchString(cell) {
		for _, form := range []string{"2006-1-2", "2006/1/2"} {
			if d, err := time.Parse(form, cell); err == nil {
				cell = d.Format(time.DateOnly)
			}
		}
	}
	return []byte(cell)
}
