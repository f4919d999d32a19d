package xlsx

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/unicode"
)

// Bounds of what parts unpack to. A sheet with a million rows of formats and nothing in them is about 600 MB.
const (
	maxSheet   = 4 << 30
	maxStrings = 2 << 30
	maxSmall   = 32 << 20 // of workbook, styles and relations, which are held in memory
	maxParts   = 20_000
)

// parts are the parts of a package by their names in lower case, as names of parts do not differ by case.
type parts map[string]*zip.File

func openParts(r io.ReaderAt, size int64) (parts, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged("ZIP", err)
	}
	if len(z.File) > maxParts {
		return nil, tooLarge("ZIP", maxParts)
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	p := parts{}
	for _, f := range z.File {
		p[partName(f.Name)] = f
	}
	return p, nil
}

// partName is the name of a part as it is looked up. Some programs write backslashes.
func partName(name string) string {
	return strings.ToLower(strings.TrimLeft(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
}

// open opens a part that unpacks to at most limit bytes.
func (p parts) open(name string, limit int64) (io.ReadCloser, error) {
	f := p[partName(name)]
	switch {
	case f == nil:
		return nil, missing(name)
	case f.Flags&1 != 0:
		return nil, encryptedPart(name)
	case f.UncompressedSize64 > uint64(limit):
		return nil, tooLarge(name, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged(name, err)
	}
	part := &part{name: name, src: r, limit: limit}
	mark := make([]byte, 2)
	n, err := io.ReadFull(r, mark)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		r.Close()
		return nil, damaged(name, err)
	}
	part.head = mark[:n]
	if m := string(part.head); m == "\xff\xfe" || m == "\xfe\xff" {
		return struct {
			io.Reader
			io.Closer
		}{unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(part), part}, nil
	}
	return part, nil
}

// part is an open part: bounded, with errors that name it.
type part struct {
	name  string
	src   io.ReadCloser
	head  []byte // read already
	limit int64
	done  int64
}

// Read implements io.Reader. Its errors other than io.EOF are those of this package or faults.
func (p *part) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	n, err := p.src.Read(b)
	if p.done += int64(n); p.done > p.limit { // what the directory says of a part's size need not be so
		return 0, tooLarge(p.name, p.limit)
	}
	if err != nil && err != io.EOF {
		err = damaged(p.name, err)
	}
	return n, err
}

// Close implements io.Closer.
func (p *part) Close() error { return p.src.Close() }

// decode reads a small part into v.
func (p parts) decode(ctx context.Context, name string, v any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r, err := p.open(name, maxSmall)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // UTF-16 is decoded already
	if err := d.Decode(v); err != nil {
		if err, ok := err.(*Error); ok {
			return err
		}
		return damaged(name, err)
	}
	return nil
}
