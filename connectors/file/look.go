package file

import (
	"bytes"
	"context"
	"io"
	"path"
	"strings"

	"creditsync/connectors"
)

// look finds out what an input is.
type look struct {
	s    *Source
	want connectors.Request
}

// probe looks at a file: at its beginning, at the sheets of a workbook, at the members of an archive. An archive is several
// inputs.
func (s *Source) probe(ctx context.Context, f found, want connectors.Request) ([]input, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	st, err := openStored(f, nil)
	if err != nil {
		return nil, err
	}
	defer st.f.Close()
	o := origin{found: f, info: st.was, size: st.was.Size(), member: -1}
	in, err := (&look{s, want}).file(ctx, o, st)
	if err != nil {
		if c := st.unchanged(); c != nil {
			return nil, c // half a file has half a header, and no directory
		}
		return nil, err
	}
	return in, nil
}

// file looks at a file that may be an archive.
func (l *look) file(ctx context.Context, o origin, st *stored) ([]input, error) {
	var magic [4]byte
	if _, err := st.ReadAt(magic[:], 0); err == nil && isZip(magic[:]) {
		list, err := listArchive(o.name, st)
		if err != nil {
			return nil, err
		}
		if !list.isPackage() {
			return l.archive(ctx, o, list)
		}
	}
	c, err := l.one(ctx, o)
	if err != nil {
		return nil, err
	}
	return []input{{origin: o, content: c}}, nil
}

// isZip reports the beginning of a zip, or of an empty one.
func isZip(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06"))
}

// one looks at an origin that is one input.
func (l *look) one(ctx context.Context, o origin) (content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	st, err := o.stream(nil)
	if err != nil {
		return nil, err
	}
	defer st.close()
	first := make([]byte, peekSize)
	n, err := io.ReadFull(st, first)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	first = first[:n]
	switch format := strings.ToLower(l.s.o.Format); {
	case isZip(first) && format != "auto" && format != formatXLSX:
		return nil, otherFormat(o.name, format)
	case isZip(first):
		return l.workbook(ctx, o)
	case bytes.HasPrefix(first, []byte(oleMagic)):
		return nil, compound(o.name, compoundKind(first))
	case format == formatXLSX:
		return nil, notWorkbook(o.name)
	}
	t := newText(o.name, io.MultiReader(bytes.NewReader(first), st), l.s.enc)
	head := make([]byte, headWindow)
	n, _, err = t.fill(head)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	whole := err == io.EOF || t.ended && t.lo == t.hi
	switch form := l.s.o.formOf(o.name, head, whole); form {
	case formLines, formArray:
		return l.json(ctx, o, form, head)
	case formObject:
		return nil, whereRecords(o.name, head)
	}
	if l.s.o.Sheet != "" {
		return nil, sheetOfText(o.name)
	}
	if err := markupKind(o.name, head); err != nil {
		return nil, err
	}
	layout, err := findHead(o.name, head, whole, l.s.o, l.want)
	if err != nil {
		return nil, err
	}
	return &layout, nil
}

// textForm is how a text holds rows.
type textForm int

const (
	formTable  textForm = iota // cells and separators
	formLines                  // JSON Lines
	formArray                  // a JSON array, or an object with one at Options.Records
	formObject                 // a JSON object, and nobody says where its rows are
)

// formOf tells the form of a text by the options, its name and its beginning.
func (o Options) formOf(name string, head []byte, whole bool) textForm {
	head = bytes.TrimLeft(head, " \t\r\n")
	ext := path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz"))
	lines := strings.EqualFold(o.Format, formatJSONL) || ext == ".jsonl" || ext == ".ndjson"
	switch {
	case strings.EqualFold(o.Format, "csv"), strings.EqualFold(o.Format, "tsv"):
		return formTable
	case len(head) == 0:
		return formTable // which says that it is empty
	case strings.EqualFold(o.Format, formatJSONL):
		return formLines
	case strings.EqualFold(o.Format, formatJSON), ext == ".json", lines:
	case !looksLikeJSON(head):
		return formTable
	}
	switch {
	case head[0] == '[' && !lines, o.Records != "":
		return formArray
	case lines, isLines(head, whole):
		return formLines
	case head[0] != '{':
		return formArray // which says what is wrong with it
	}
	return formObject
}

// looksLikeJSON tells an array of objects, or an object with a key, from a table whose title begins with a bracket.
func looksLikeJSON(head []byte) bool {
	for _, two := range []string{"[{", "[]", `{"`} {
		if head[0] == two[0] {
			if rest := bytes.TrimLeft(head[1:], " \t\r\n"); len(rest) > 0 && rest[0] == two[1] {
				return true
			}
		}
	}
	return false
}

// isLines reports whether head begins with one object a line: two of them, or one and no array of objects in it.
func isLines(head []byte, whole bool) bool {
	line, rest, more := bytes.Cut(head, []byte{'\n'})
	if head[0] != '{' {
		return false
	}
	if rest = bytes.TrimLeft(rest, " \t\r\n"); len(rest) > 0 {
		return rest[0] == '{' && bytes.HasSuffix(bytes.TrimRight(line, " \t\r"), []byte("}"))
	}
	return (whole || more) && len(arraysIn(line)) == 0 && bytes.HasSuffix(bytes.TrimRight(line, " \t\r"), []byte("}"))
}
