package xlsx

import (
	"context"
	"encoding/xml"
	"io"
	"path"
	"strings"

	"creditsync/internal/fault"
)

// Book is an open workbook. It holds no goroutine and nothing to be closed.
type Book struct {
	Sheets []Sheet

	parts   parts
	bounds  bounds
	strings string // the part of the shared strings; "" for none
	styles  []style
	plain   style // of a cell without one
	epoch   int   // days from the serial number to the calendar: the date system
}

// Sheet is one worksheet of a workbook, in the order of its tabs.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// Open reads the directory of a workbook, its list of sheets and its formats. The errors are *Error, or faults of r.
func Open(ctx context.Context, r io.ReaderAt, size int64) (*Book, error) {
	p, err := openParts(r, size)
	if err != nil {
		return nil, err
	}
	main, err := p.main(ctx)
	if err != nil {
		return nil, err
	}
	b := &Book{parts: p, epoch: epoch1900, bounds: usualBounds()}
	var wb workbookPart
	if err := p.decode(ctx, main, &wb); err != nil {
		return nil, err
	}
	if strings.TrimSpace(wb.Properties.Date1904) != "" && !isFalse(wb.Properties.Date1904) {
		b.epoch = epoch1904
	}
	rels, err := p.relations(ctx, main)
	if err != nil {
		return nil, err
	}
	styles := ""
	byID := map[string]string{}
	for _, r := range rels {
		switch r.kind() {
		case "worksheet":
			byID[r.ID] = r.at(main)
		case "sharedStrings":
			b.strings = r.at(main)
		case "styles":
			styles = r.at(main)
		}
	}
	for _, s := range wb.Sheets {
		if part, ok := byID[s.id()]; ok { // a sheet of charts or macros has no rows
			b.Sheets = append(b.Sheets, Sheet{Name: s.Name, Hidden: s.State == "hidden" || s.State == "veryHidden", part: part})
		}
	}
	if p[partName(styles)] != nil {
		if b.styles, err = readStyles(ctx, p, styles); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// workbookPart is what is read of the part that lists the sheets.
type workbookPart struct {
	XMLName    xml.Name `xml:"workbook"`
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []sheetElement `xml:"sheets>sheet"`
}

type sheetElement struct {
	Name  string     `xml:"name,attr"`
	State string     `xml:"state,attr"`
	Attrs []xml.Attr `xml:",any,attr"`
}

// id is the sheet's r:id; its namespace differs between the transitional and the strict form.
func (s sheetElement) id() string {
	for _, a := range s.Attrs {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// relation points from one part, or from the package (""), to another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// kind is the last part of the type's URL: what is before it differs between the transitional and the strict form.
func (r relation) kind() string { return r.Type[strings.LastIndexByte(r.Type, '/')+1:] }

// at is the part that the relation of part from points to.
func (r relation) at(from string) string {
	target := strings.ReplaceAll(r.Target, `\`, "/")
	if strings.HasPrefix(target, "/") {
		return path.Clean(target)[1:]
	}
	return path.Join(path.Dir(from), target)
}

func (p parts) relations(ctx context.Context, of string) ([]relation, error) {
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	part := "_rels/.rels"
	if of != "" {
		part = path.Join(path.Dir(of), "_rels", path.Base(of)+".rels")
	}
	err := p.decode(ctx, part, &list)
	return list.Relations, err
}

// main is the part that lists the sheets. A package of another kind is told by it.
func (p parts) main(ctx context.Context) (string, error) {
	main := "xl/workbook.xml"
	if p["_rels/.rels"] != nil {
		rels, err := p.relations(ctx, "")
		if err != nil {
			return "", err
		}
		for _, r := range rels {
			if r.kind() == "officeDocument" {
				main = r.at("")
			}
		}
	}
	name := partName(main)
	switch {
	case strings.HasSuffix(name, ".bin"):
		return "", notWorkbook(fault.T("是二进制的 Excel 工作簿（xlsb）", "it is a binary Excel workbook (xlsb)"))
	case strings.HasPrefix(name, "word/"):
		return "", notTable(fault.T("是 Word 文档（docx），不是表格", "it is a Word document (docx), no table"))
	case strings.HasPrefix(name, "ppt/"):
		return "", notTable(fault.T("是 PowerPoint 文稿（pptx），不是表格", "it is a PowerPoint presentation (pptx), no table"))
	case p[name] == nil && p["content.xml"] != nil:
		return "", notWorkbook(fault.T("是 OpenDocument 文件（ods、odt）", "it is an OpenDocument file (ods, odt)"))
	case p[name] == nil:
		return "", missing(main)
	}
	return main, nil
}

func isFalse(s string) bool { return s == "0" || strings.EqualFold(s, "false") }
