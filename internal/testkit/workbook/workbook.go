// Package workbook writes workbooks (.xlsx) for tests and measurements, part by part, so that everything that programs write,
// and what they never should, can be written: shared or inline texts, formats, merged cells, prefixes, the strict form, raw XML.
//
// It is no part of the program, and shares no code with what reads workbooks there.
package workbook

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Book is what is written.
type Book struct {
	Sheets  []Sheet
	Formats []string // number formats; style n uses Formats[n-1], style 0 none
	Shared  bool     // texts go to the shared table, else each into its cell
	D1904   bool     // the date system of 1904
	Strict  bool     // namespaces of the strict form
	Prefix  string   // of the elements of sheets and texts, with its colon
	// Parts are written instead of, or beside, those that the above makes; an empty one is left out.
	Parts map[string]string
	// Level of compression of the sheets: the zip package's own, or stored as they are.
	Stored bool
}

// Sheet is one worksheet.
type Sheet struct {
	Name   string
	State  string // "", hidden, veryHidden
	Rows   iter.Seq[[]Cell]
	Merges []string
	XML    string // instead of all that
}

// Cell is one cell; the zero value is none.
type Cell struct {
	Type  string // s: a text, in the form that the book says; else as the standard has it, n for a number
	Value string
	Rich  string // XML of a shared text
	Style int
	Raw   string // XML of the whole cell, %s being its place
}

// Text is a text; an empty one is no cell.
func Text(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Type: "s", Value: s}
}

// Num is a number under a style.
func Num(v string, style int) Cell { return Cell{Type: "n", Value: v, Style: style} }

// Texts are rows of texts.
func Texts(rows ...[]string) iter.Seq[[]Cell] {
	return func(yield func([]Cell) bool) {
		for _, r := range rows {
			cells := make([]Cell, len(r))
			for i, c := range r {
				cells[i] = Text(c)
			}
			if !yield(cells) {
				return
			}
		}
	}
}

// Cells are rows of cells.
func Cells(rows ...[]Cell) iter.Seq[[]Cell] { return slices.Values(rows) }

const (
	transitional = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relations    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	strict       = "http://purl.oclc.org/ooxml/spreadsheetml/main"
	strictRel    = "http://purl.oclc.org/ooxml/officeDocument/relationships"
)

// Write writes the workbook.
func (b *Book) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	p := &pen{book: b, z: z, index: map[string]int{}, ns: transitional, rel: relations}
	if b.Strict {
		p.ns, p.rel = strict, strictRel
	}
	p.parts()
	if p.err != nil {
		return p.err
	}
	return z.Close()
}

// pen writes the parts of one book.
type pen struct {
	book    *Book
	z       *zip.Writer
	ns, rel string
	index   map[string]int // of shared texts
	texts   []string       // their XML
	err     error
}

func (p *pen) parts() {
	var sheets, rels strings.Builder
	for i, s := range p.book.Sheets {
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"`, escape(s.Name), i+1, i+1)
		if s.State != "" {
			fmt.Fprintf(&sheets, ` state="%s"`, s.State)
		}
		sheets.WriteString("/>")
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, p.rel, i+1)
	}
	fmt.Fprintf(&rels, `<Relationship Id="rId901" Type="%s/styles" Target="styles.xml"/>`, p.rel)
	date := ""
	if p.book.D1904 {
		date = `<workbookPr date1904="1"/>`
	}
	p.part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`)
	p.part("_rels/.rels", fmt.Sprintf(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>`, p.rel))
	p.part("xl/workbook.xml", fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s">%s<sheets>%s</sheets></workbook>`, p.ns, p.rel, date, sheets.String()))
	p.part("xl/styles.xml", p.styles())
	for i, s := range p.book.Sheets {
		name := fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)
		if s.XML != "" {
			p.part(name, s.XML)
		} else if out := p.create(name); out != nil {
			p.sheet(out, s)
		}
	}
	if p.book.Shared {
		fmt.Fprintf(&rels, `<Relationship Id="rId902" Type="%s/sharedStrings" Target="sharedStrings.xml"/>`, p.rel)
		if out := p.create("xl/sharedStrings.xml"); out != nil {
			p.shared(out)
		}
	}
	p.part("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels.String()+`</Relationships>`)
	for name, body := range p.book.Parts {
		if body != "" {
			p.print(p.entry(name), body)
		}
	}
}

// create begins a part that is not written otherwise; nil where it is.
func (p *pen) create(name string) io.Writer {
	if _, other := p.book.Parts[name]; other || p.err != nil {
		return nil
	}
	return p.entry(name)
}

func (p *pen) entry(name string) io.Writer {
	method := zip.Deflate
	if p.book.Stored {
		method = zip.Store
	}
	w, err := p.z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		p.err = err
		return io.Discard
	}
	return w
}

func (p *pen) part(name, body string) {
	if w := p.create(name); w != nil {
		p.print(w, xml.Header+body)
	}
}

func (p *pen) print(w io.Writer, text ...string) {
	for _, t := range text {
		if _, err := io.WriteString(w, t); err != nil && p.err == nil {
			p.err = err
		}
	}
}

func (p *pen) styles() string {
	var formats, cells strings.Builder
	cells.WriteString(`<xf numFmtId="0"/>`)
	for i, code := range p.book.Formats {
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, 200+i, escape(code))
		fmt.Fprintf(&cells, `<xf numFmtId="%d" applyNumberFormat="1"/>`, 200+i)
	}
	return fmt.Sprintf(`<styleSheet xmlns="%s"><numFmts>%s</numFmts><cellXfs>%s</cellXfs></styleSheet>`, p.ns, formats.String(), cells.String())
}
