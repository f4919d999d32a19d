package sql

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset is what bytes are when the database does not say it; nil where that is not known.
type charset struct {
	name string
	enc  encoding.Encoding // nil is UTF-8
}

// namedEncoding is the charset of a name; ok is false for a name that is none, the charset nil for "".
func namedEncoding(name string) (c *charset, ok bool) {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "-")) {
	case "":
		return nil, true
	case "utf-8", "utf8":
		return &charset{"utf-8", nil}, true
	case "gb18030", "gbk", "gb2312":
		return &charset{"gb18030", simplifiedchinese.GB18030}, true
	case "latin1", "iso-8859-1", "windows-1252":
		return &charset{"latin1", charmap.Windows1252}, true
	}
	return nil, false
}

// text is b as UTF-8, in dst's memory where it had to be decoded. ok is false for bytes that the charset does not have.
func (c *charset) text(dst, b []byte) (out []byte, ok bool) {
	if isASCII(b) {
		return b, true
	}
	if c.enc == nil {
		return b, sound(b)
	}
	d := c.enc.NewDecoder()
	dst = dst[:0]
	if need := 3 * len(b); cap(dst) < need {
		dst = make([]byte, 0, need+need/2)
	}
	n, _, err := d.Transform(dst[:cap(dst)], b, true)
	out = dst[:n]
	return out, err == nil && sound(out)
}

// bytes is a text of ours as the charset has it.
func (c *charset) bytes(s string) (string, error) {
	if c == nil || c.enc == nil {
		return s, nil
	}
	return c.enc.NewEncoder().String(s)
}

// lost is U+FFFD in UTF-8: what whoever wrote it had lost already.
var lost = []byte("\uFFFD")

// sound reports whether b is UTF-8 in which nothing has been lost.
func sound(b []byte) bool { return utf8.Valid(b) && !bytes.Contains(b, lost) }

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
