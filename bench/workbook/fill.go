package workbook

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"time"

	"creditsync/bench/duel"
	"creditsync/internal/testkit/workbook"
)

const sheetName = "行政处罚"

// What a spreadsheet program makes of a cell that somebody types: a day and a number.
var (
	typedDay    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	typedNumber = regexp.MustCompile(`^(0|[1-9]\d{0,8})(\.\d{1,6})?$`)
)

// fill makes the workbook from the generator that the other benchmarks use.
func fill(ctx context.Context, dir, path string, rows int) error {
	source, err := duel.Penalties(ctx, dir, rows)
	if err != nil {
		return err
	}
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	var broken error
	b := workbook.Book{Shared: true, Formats: []string{"yyyy/m/d"}, Sheets: []workbook.Sheet{{Name: sheetName, Rows: func(yield func([]workbook.Cell) bool) {
		broken = cells(csv.NewReader(in), yield)
	}}}}
	if err := b.Write(out); err != nil {
		return err
	}
	return broken
}

// cells are the rows of a CSV as the cells of a sheet.
func cells(r *csv.Reader, yield func([]workbook.Cell) bool) error {
	r.ReuseRecord = true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row := make([]workbook.Cell, len(record))
		for i, c := range record {
			row[i] = workbook.Text(c)
			if n, err := strconv.ParseFloat(c, 64); err == nil && typedNumber.MatchString(c) {
				row[i] = workbook.Num(strconv.FormatFloat(n, 'f', -1, 64), 0) // zeros at the end are not kept
			} else if typedDay.MatchString(c) {
				if day, err := time.Parse(time.DateOnly, c); err == nil {
					row[i] = workbook.Num(strconv.FormatInt(day.Unix()/86400+25569, 10), 1)
				}
			}
		}
		if !yield(row) {
			return nil
		}
	}
}
