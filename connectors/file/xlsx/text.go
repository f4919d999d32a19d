package xlsx

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// appendText appends XML text with its entities resolved, and with line breaks as XML has them: CR LF and CR are LF.
func appendText(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return appendLines(dst, b)
		}
		dst = appendLines(dst, b[:i])
		b = b[i:]
		end := bytes.IndexByte(b[:min(len(b), 12)], ';')
		if end < 0 {
			dst, b = append(dst, '&'), b[1:] // not well-formed; what stands there is kept
			continue
		}
		if r, ok := entity(b[1:end]); ok {
			dst = utf8.AppendRune(dst, r)
		} else {
			dst = append(dst, b[:end+1]...)
		}
		b = b[end+1:]
	}
}

// entity is the character that an entity means.
func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := string(name[1:]), 10
	if name[1] == 'x' {
		digits, base = string(name[2:]), 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune
}

func appendLines(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(append(dst, b[:i]...), '\n')
		b = b[i+1:]
		if len(b) > 0 && b[0] == '\n' {
			b = b[1:]
		}
	}
}

// unescape resolves, in place in b[from:], the escapes of strings in workbooks: _x000D_ is a carriage return, _x005F_ the
// underline that keeps a text from being one (ECMA-376 part 1, 22.9.2.19).
func unescape(b []byte, from int) []byte {
	n, rest := from, b[from:]
	i := bytes.Index(rest, []byte("_x"))
	if i < 0 {
		return b
	}
	for {
		n += copy(b[n:], rest[:i])
		rest = rest[i:]
		if u, ok := escaped(rest); ok {
			n += utf8.EncodeRune(b[n:n+utf8.UTFMax], rune(u))
			rest = rest[7:]
		} else {
			n += copy(b[n:], rest[:2])
			rest = rest[2:]
		}
		if i = bytes.Index(rest, []byte("_x")); i < 0 {
			n += copy(b[n:], rest)
			return b[:n]
		}
	}
}

// escaped is the UTF-16 unit of an escape that b begins with. Halves of characters beyond the first plane are not joined:
// no program writes them so.
func escaped(b []byte) (uint16, bool) {
	if len(b) < 7 || b[6] != '_' {
		return 0, false
	}
	u, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return uint16(u), err == nil
}

// appendContent appends the text of the element whose opening tag ends at i, up to its closing tag, and returns where that
// ends; ok is false where b does. Elements within it, which texts do not have, are passed over.
func appendContent(dst, b []byte, i int) (out []byte, end int, ok bool) {
	for {
		k := bytes.IndexByte(b[i:], '<')
		if k < 0 {
			return dst, 0, false
		}
		if k > 0 {
			dst = appendText(dst, b[i:i+k])
		}
		t, end, ok := readTag(b, i+k)
		if !ok {
			return dst, 0, false
		}
		i = end
		switch t.form {
		case closing:
			return dst, i, true
		case cdata:
			dst = appendLines(dst, t.attrs)
		case opening:
			if i, ok = skip(b, i, &t); !ok {
				return dst, 0, false
			}
		}
	}
}
