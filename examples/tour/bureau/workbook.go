package bureau

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// WriteWorkbook writes the rows of the office that keeps its own: an Excel workbook with a title in merged cells above the
// header, days as dates and amounts as numbers.
func (b *Book) WriteWorkbook(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "行政处罚"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	format := "yyyy/m/d"
	date, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(columnCount, 1)
	if err != nil {
		return err
	}
	if err := f.MergeCell(sheet, "A1", last); err != nil {
		return err
	}
	if err := f.SetCellValue(sheet, "A1", "永丰县市场监督管理局行政处罚台账"); err != nil {
		return err
	}
	put := func(row int, cells []string) error {
		for col, text := range cells {
			at, err := excelize.CoordinatesToCellName(col+1, row)
			if err != nil {
				return err
			}
			if err := fill(f, sheet, at, col, text, date); err != nil {
				return fmt.Errorf("cell %s: %w", at, err)
			}
		}
		return nil
	}
	if err := put(2, Header()); err != nil {
		return err
	}
	row := 3
	for _, r := range b.rows {
		if r.penalty.office.workbook {
			if err := put(row, r.cells); err != nil {
				return err
			}
			row++
		}
	}
	return f.Write(w)
}

// fill writes a cell as whoever types into Excel leaves it.
func fill(f *excelize.File, sheet, at string, col int, text string, date int) error {
	days := []int{colDate, colUntil, colPublicity}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return nil
	case err == nil && slices.Contains(days, col):
		if err := f.SetCellValue(sheet, at, int(n)); err != nil {
			return err
		}
		return f.SetCellStyle(sheet, at, at, date)
	case err == nil && (col == colFine || col == colConfiscated):
		return f.SetCellValue(sheet, at, n)
	}
	return f.SetCellStr(sheet, at, text)
}
