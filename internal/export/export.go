// Package export writes refused rows as spreadsheets that go back to the department that sent them: one file per
// authority, with the columns as the department has them, why each row was refused, and its receipt number (回执号).
// A file that comes back with the 回执号 column is applied as a correction, whatever the pipeline's mode.
//
// It knows no store and no keys: what it is given is already masked.
package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"creditsync/internal/fault"
)

// Headers of the columns that are added before the department's own.
const (
	ReceiptHeader = "回执号"
	ReasonHeader  = "拒绝原因"
)

// Row is one refused row.
type Row struct {
	Receipt string
	Reasons []string // sentences, in the order of the columns
	Cells   []Cell   // as the department has them, personal identifiers masked
}

// Cell is one cell with the header of its column.
type Cell struct{ Header, Text string }

// sheet is the name of the only sheet.
const sheet = "疑问数据"

// Write writes the rows of one authority into dir and returns the file's path. The name holds authority and day; a file
// of the same name is replaced as a whole.
func Write(dir, authority string, day time.Time, rows []Row) (string, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := fill(f, rows); err != nil {
		return "", fmt.Errorf("write the refused rows of %s: %w", authority, err)
	}
	path := filepath.Join(dir, "疑问数据-"+safe(authority)+"-"+day.Format("20060102")+".xlsx")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", unwritable(dir, err)
	}
	temporary := strings.TrimSuffix(path, ".xlsx") + ".part.xlsx"
	if err := save(f, temporary); err != nil {
		return "", unwritable(temporary, err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return "", unwritable(path, err)
	}
	return path, nil
}

// save writes the workbook for its owner and group alone: it tells of people. A file that is left of an attempt that died is
// written over.
func save(f *excelize.File, path string) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	return errors.Join(f.Write(out), out.Close())
}

func unwritable(path string, err error) error {
	return fault.New(fault.Environment, "export.unwritable", fault.T("写不了文件 %s", "%s cannot be written", path)).Because(err).
		Do(fault.T("请检查文件夹权限和磁盘空间。", "Check the folder's permissions and the room on the disk."))
}

// fill writes header and rows. Every cell is text: a number that a spreadsheet reads as one loses its leading zeros.
func fill(f *excelize.File, rows []Row) error {
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	headers := columns(rows)
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF3FA"}}})
	if err != nil {
		return err
	}
	if err := widths(out, len(headers)); err != nil {
		return err
	}
	head := make([]any, len(headers))
	for i, h := range headers {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := out.SetRow("A1", head); err != nil {
		return err
	}
	for n, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, n+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(cell, cells(row, headers, text)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func widths(out *excelize.StreamWriter, n int) error {
	if err := out.SetColWidth(1, 1, 22); err != nil {
		return err
	}
	if err := out.SetColWidth(2, 2, 60); err != nil {
		return err
	}
	if n > 2 {
		if err := out.SetColWidth(3, n, 24); err != nil {
			return err
		}
	}
	return out.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"})
}

// columns are the headers of all rows in the order in which they first occur, after the two that are added.
func columns(rows []Row) []string {
	headers := []string{ReceiptHeader, ReasonHeader}
	seen := map[string]bool{ReceiptHeader: true, ReasonHeader: true}
	for _, r := range rows {
		for _, c := range r.Cells {
			if !seen[c.Header] {
				seen[c.Header] = true
				headers = append(headers, c.Header)
			}
		}
	}
	return headers
}

// maxCell is the longest text that a cell of the format holds, in characters.
const maxCell = 32_767

func cells(row Row, headers []string, style int) []any {
	byHeader := map[string]string{ReceiptHeader: row.Receipt, ReasonHeader: strings.Join(row.Reasons, "\n")}
	for _, c := range row.Cells {
		if old, twice := byHeader[c.Header]; twice && c.Header == "" { // a row that is longer than its header
			byHeader[c.Header] = old + " | " + c.Text
			continue
		}
		byHeader[c.Header] = c.Text
	}
	out := make([]any, len(headers))
	for i, h := range headers {
		v := byHeader[h]
		if utf8.RuneCountInString(v) > maxCell {
			v = string([]rune(v)[:maxCell])
		}
		out[i] = excelize.Cell{StyleID: style, Value: v}
	}
	return out
}

// safe makes a file name of an authority's name.
func safe(name string) string {
	if name == "" {
		name = "未知单位"
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 60 {
		name = string(runes[:60])
	}
	return strings.Trim(name, ". ")
}
