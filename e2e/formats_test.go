package e2e

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xuri/excelize/v2"

	"creditsync/internal/testkit/workbook"
)

// formatCases are files of every format that hold the generated rows.
func formatCases(header []string, rows [][]any) []sourceCase {
	in := func(name, options string, body func(t *testing.T) []byte) func(t *testing.T) string {
		return func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, body(t), 0o600); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("{file: {path: %q%s}}", path, options)
		}
	}
	table := func(delimiter rune, rows [][]any) func(*testing.T) []byte {
		return func(t *testing.T) []byte { return separated(t, header, rows, delimiter) }
	}
	half := len(rows) / 2
	return []sourceCase{
		{"csv gb18030", in("a.csv", "", func(t *testing.T) []byte { return gb18030(t, table(',', rows)(t)) }), nil},
		{"tsv", in("a.tsv", "", table('\t', rows)), nil},
		{"xlsx", in("a.xlsx", "", func(t *testing.T) []byte { return asTexts(t, header, rows) }), nil},
		{"xlsx with dates and numbers", in("a.xlsx", "", func(t *testing.T) []byte { return asTyped(t, header, rows) }), nil},
		{"json lines", in("a.jsonl", "", func(t *testing.T) []byte { return asObjects(t, header, rows, "", "\n", "\n") }), nil},
		{"json array", in("a.json", ", records: data.list", func(t *testing.T) []byte {
			return gb18030(t, asObjects(t, header, rows, `{"code":0,"data":{"list":[`, ",\n", `],"total":1}}`))
		}), nil},
		{"zip of csv", in("a.zip", "", func(t *testing.T) []byte {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			if _, err := z.Write(table(',', rows[half:])(t)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			return asMembers(t, map[string][]byte{"下发/一.csv": gb18030(t, table(',', rows[:half])(t)), "下发/二.csv.gz": packed.Bytes(), "说明.docx": []byte("x")})
		}), nil},
	}
}

// text is a generated cell.
func text(cell any) string {
	s, _ := cell.(string)
	return s
}

func separated(t *testing.T, header []string, rows [][]any, delimiter rune) []byte {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = delimiter
	all := [][]string{header}
	for _, r := range rows {
		cells := make([]string, len(header))
		for i := range header {
			cells[i] = text(r[i+1])
		}
		all = append(all, cells)
	}
	if err := w.WriteAll(all); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gb18030(t *testing.T, b []byte) []byte {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().Bytes(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// asTexts is a workbook as programs write it that keep every cell as text: with a title, and the texts in the shared table.
func asTexts(t *testing.T, header []string, rows [][]any) []byte {
	t.Helper()
	var out bytes.Buffer
	b := workbook.Book{Shared: true, Sheets: []workbook.Sheet{{Name: "行政处罚", Merges: []string{"A1:AD1"}, Rows: func(yield func([]workbook.Cell) bool) {
		if !yield([]workbook.Cell{workbook.Text("行政处罚信息一览表")}) {
			return
		}
		for n := -1; n < len(rows); n++ {
			cells := make([]workbook.Cell, len(header))
			for i, h := range header {
				if n < 0 {
					cells[i] = workbook.Text(h)
				} else {
					cells[i] = workbook.Text(text(rows[n][i+1]))
				}
			}
			if !yield(cells) {
				return
			}
		}
	}}}}
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What Excel makes of a cell that somebody types: a day and a number.
var (
	typedDay    = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$`)
	typedNumber = regexp.MustCompile(`^(0|[1-9]\d{0,8})(\.\d{1,6})?$`)
)

// asTyped is a workbook as a clerk's is: on two sheets, with days as serial numbers and amounts as numbers, written by a library
// that has nothing to do with the one under test.
func asTyped(t *testing.T, header []string, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	format := "yyyy/m/d"
	day, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	half := len(rows) / 2
	for name, part := range map[string][][]any{"Sheet1": rows[:half], "Sheet2": rows[half:]} {
		if name != "Sheet1" {
			_, err = f.NewSheet(name)
			must(err)
		}
		w, err := f.NewStreamWriter(name)
		must(err)
		heads := make([]any, len(header))
		for i, h := range header {
			heads[i] = h
		}
		must(w.SetRow("A1", heads))
		for n, r := range part {
			must(w.SetRow("A"+strconv.Itoa(n+2), typedCells(header, r[1:], day)))
		}
		must(w.Flush())
	}
	var out bytes.Buffer
	must(f.Write(&out))
	return out.Bytes()
}

func typedCells(header []string, row []any, day int) []any {
	cells := make([]any, len(row))
	for i, c := range row {
		cells[i] = c
		if m := typedDay.FindStringSubmatch(text(c)); m != nil && strings.Contains(header[i], "期") {
			y, _ := strconv.Atoi(m[1])
			mo, _ := strconv.Atoi(m[2])
			d, _ := strconv.Atoi(m[3])
			serial := time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC).Unix()/86400 + 25569
			cells[i] = excelize.Cell{StyleID: day, Value: serial}
		} else if typedNumber.MatchString(text(c)) && strings.Contains(header[i], "金额") {
			v, _ := strconv.ParseFloat(text(c), 64)
			cells[i] = v
		}
	}
	return cells
}

// asObjects are JSON objects: a cell that is not there is null, or no key, or "", and an amount is a number.
func asObjects(t *testing.T, header []string, rows [][]any, before, between, after string) []byte {
	t.Helper()
	out := bytes.NewBufferString(before)
	keys := make([][]byte, len(header))
	for i, h := range header {
		k, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = append(k, ':')
	}
	for n, r := range rows {
		if n > 0 {
			out.WriteString(between)
		}
		comma := "{"
		for i := range header {
			value := []byte("null")
			s := text(r[i+1])
			switch {
			case r[i+1] == nil && (n+i)%3 == 0:
				continue
			case r[i+1] == nil && (n+i)%3 == 1:
			case typedNumber.MatchString(s) && strings.Contains(header[i], "金额"):
				value = []byte(s)
			default:
				var err error
				if value, err = json.Marshal(s); err != nil {
					t.Fatal(err)
				}
			}
			out.WriteString(comma)
			out.Write(keys[i])
			out.Write(value)
			comma = ","
		}
		out.WriteString("}")
	}
	out.WriteString(after)
	return out.Bytes()
}

// asMembers is a zip as a Chinese Windows makes it, with names in GBK that do not say so.
func asMembers(t *testing.T, members map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, body := range members {
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: gbk, NonUTF8: true, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
