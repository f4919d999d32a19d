package xlsx

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"creditsync/connectors/window"
)

// parseSheet reads the rows of a sheet's XML that comes in pieces as src cuts it.
func parseSheet(src io.Reader) (out []string, err error) {
	r := &Rows{book: &Book{epoch: epoch1900}, part: "sheet", win: window.New(src, maxRow), texts: &Strings{}, width: 4}
	for {
		row, err := r.Next(context.Background())
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		line := fmt.Sprintf("%d %s", row.Number, row.Rule)
		for i := range row.Cells {
			line += fmt.Sprintf(" %q", row.Cell(i))
		}
		out = append(out, line)
	}
}

// slowSheet reads what a sheet's XML says with encoding/xml: the texts of its cells by row and column. ok is false for what
// that package refuses, and for what the standard does not allow in a sheet.
func slowSheet(b []byte) (cells map[[2]int]string, ok bool) {
	var in struct {
		XMLName xml.Name `xml:"worksheet"`
		Rows    []struct {
			R     string `xml:"r,attr"`
			Cells []struct {
				R string   `xml:"r,attr"`
				T string   `xml:"t,attr"`
				V []string `xml:"v"`
				F []string `xml:"f"`
				I []struct {
					T []string `xml:"t"`
				} `xml:"is"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := xml.Unmarshal(b, &in); err != nil || bytes.Contains(b, []byte("<!")) || bytes.Count(b, []byte("sheetData")) != 2 || bytes.Contains(b, []byte("_x")) {
		return nil, false
	}
	cells = map[[2]int]string{}
	for _, r := range in.Rows {
		for _, c := range r.Cells {
			column, row, placed := parseRef([]byte(c.R))
			if !placed || fmt.Sprint(row) != r.R || len(c.V)+len(c.I) != 1 || len(c.F) > 0 {
				return nil, false
			}
			switch {
			case c.T == "str" && len(c.V) == 1:
				cells[[2]int{row, column}] = c.V[0]
			case c.T == "inlineStr" && len(c.I) == 1:
				cells[[2]int{row, column}] = strings.Join(c.I[0].T, "")
			default:
				return nil, false
			}
		}
	}
	return cells, true
}

// FuzzSheet_AnyPieces reads sheets that come whole and byte by byte, and holds them against encoding/xml where that has an
// opinion.
func FuzzSheet_AnyPieces(f *testing.F) {
	for _, seed := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>1</v></c><c r="B1" t="inlineStr"><is><t>b &amp; &#x4e2d;</t></is></c></row></sheetData></worksheet>`,
		`<x:worksheet><x:sheetData><x:row r="2"><x:c><x:v>45294</x:v></x:c></x:row></x:sheetData><x:mergeCells/></x:worksheet>`,
		`<worksheet><sheetData/></worksheet>`,
		`<worksheet><!-- --><sheetData><row r="1"><c t="s"><v>0</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2024-01-03</v></c></row>`,
		`<?xml version="1.0"?><worksheet><sheetData><row><c><f>1</f><v/></c></row><row r='9' a=">"><c><v><![CDATA[<]]></v></c></row></sheetData></worksheet>`,
		"<worksheet><sheetData><row r=\"1\"><c r=\"D1\" t=\"str\"><v>a\r\nb</v></c></row></sheetData></worksheet>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 2000 {
			return
		}
		whole, err := parseSheet(bytes.NewReader(b))
		pieces, err2 := parseSheet(iotest.OneByteReader(bytes.NewReader(b)))
		if fmt.Sprint(whole) != fmt.Sprint(pieces) || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatalf("whole: %q, %v\npieces: %q, %v", whole, err, pieces, err2)
		}
		slow, ok := slowSheet(b)
		if !ok || err != nil {
			return
		}
		got := map[[2]int]string{}
		r := &Rows{book: &Book{epoch: epoch1900}, part: "sheet", win: window.New(bytes.NewReader(b), maxRow), texts: &Strings{}, width: maxColumns}
		for {
			row, err := r.Next(t.Context())
			if err != nil {
				break
			}
			for i := range row.Cells {
				if len(row.Cell(i)) > 0 {
					got[[2]int{row.Number, i}] = string(row.Cell(i))
				}
			}
		}
		for at, want := range slow {
			if strings.TrimSpace(want) != "" && got[at] != want {
				t.Errorf("cell %v: got %q, want %q", at, got[at], want)
			}
		}
	})
}

// FuzzFormat_Number: no format code and no number bring the reader down.
func FuzzFormat_Number(f *testing.F) {
	for _, seed := range []string{`0.00"元"`, "yyyy-mm-dd", `[>=1]0!.0,"万";0`, "000-0000", `_ * #,##0_ ;\`, "[h]:mm", "G/通用格式", "%"} {
		f.Add(seed, "45294.5")
		f.Add(seed, "-1e300")
	}
	f.Fuzz(func(t *testing.T, code, v string) {
		s := parseFormat(code)
		for _, epoch := range []int{epoch1900, epoch1904} {
			if out, _ := appendNumber([]byte("x"), []byte(v), &s, epoch); out[0] != 'x' {
				t.Errorf("%q under %q: the text before it is gone", v, code)
			}
		}
	})
}
