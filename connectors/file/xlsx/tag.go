package xlsx

import "bytes"

// form is what a piece of markup is.
type form uint8

const (
	opening form = iota // <c r="A1">
	closing             // </c>
	single              // <c r="A1"/>
	cdata               // <![CDATA[text]]>
	other               // a comment or a processing instruction
	doctype             // which no workbook has: with it comes everything that makes XML dangerous
)

// tag is one piece of markup. Prefixes of namespaces are cut off: some programs write <x:c>, and no two elements that are
// looked at differ by them alone.
type tag struct {
	form  form
	name  []byte
	attrs []byte // of an opening or a single tag; the text of cdata
}

// is reports whether the tag opens the element of that name.
func (t *tag) is(name string) bool {
	return (t.form == opening || t.form == single) && string(t.name) == name
}

// ends reports whether the tag closes the element of that name.
func (t *tag) ends(name string) bool { return t.form == closing && string(t.name) == name }

// readTag reads the markup at b[i], which is <, and returns where it ends; ok is false where b does.
func readTag(b []byte, i int) (t tag, end int, ok bool) {
	j := i + 1
	if j >= len(b) {
		return t, 0, false
	}
	switch b[j] {
	case '!':
		return readDeclaration(b, i)
	case '?':
		k := bytes.Index(b[j:], []byte("?>"))
		return tag{form: other}, j + k + 2, k >= 0
	case '/':
		t.form = closing
		j++
	}
	start := j
name:
	for ; j < len(b); j++ {
		switch b[j] {
		case '>', '/', ' ', '\n', '\r', '\t':
			break name
		case ':':
			start = j + 1
		}
	}
	from := j
	t.name = b[start:j]
	for j < len(b) {
		switch c := b[j]; c {
		case '>':
			t.attrs = b[from:j]
			if j > from && b[j-1] == '/' {
				t.form, t.attrs = single, b[from:j-1]
			}
			return t, j + 1, true
		case '"', '\'':
			k := bytes.IndexByte(b[j+1:], c)
			if k < 0 {
				return t, 0, false
			}
			j += k + 2
		default:
			j++
		}
	}
	return t, 0, false
}

// readDeclaration reads what begins with <!.
func readDeclaration(b []byte, i int) (t tag, end int, ok bool) {
	for _, one := range []struct {
		begin, end string
		form       form
	}{{"<!--", "-->", other}, {"<![CDATA[", "]]>", cdata}} {
		rest := b[i:]
		if len(rest) < len(one.begin) && bytes.HasPrefix([]byte(one.begin), rest) {
			return t, 0, false
		}
		if bytes.HasPrefix(rest, []byte(one.begin)) {
			from := i + len(one.begin)
			k := bytes.Index(b[from:], []byte(one.end))
			if k < 0 {
				return t, 0, false
			}
			return tag{form: one.form, attrs: b[from : from+k]}, from + k + len(one.end), true
		}
	}
	return tag{form: doctype}, i + 2, true
}

// nextAttr cuts the first attribute off; name is empty after the last one.
func nextAttr(attrs []byte) (name, value, rest []byte) {
	i := 0
	for i < len(attrs) && attrs[i] <= ' ' {
		i++
	}
	start := i
	for ; i < len(attrs) && attrs[i] != '='; i++ {
		if attrs[i] == ':' {
			start = i + 1
		}
	}
	if i+1 >= len(attrs) {
		return nil, nil, nil
	}
	name = bytes.TrimRight(attrs[start:i], " \t\r\n")
	for i++; i < len(attrs) && attrs[i] <= ' '; i++ {
	}
	if i == len(attrs) || attrs[i] != '"' && attrs[i] != '\'' {
		return nil, nil, nil
	}
	k := bytes.IndexByte(attrs[i+1:], attrs[i])
	if k < 0 {
		return nil, nil, nil
	}
	return name, attrs[i+1 : i+1+k], attrs[i+2+k:]
}

// attr is the value of one attribute, nil where it is not there.
func (t *tag) attr(name string) []byte {
	for rest := t.attrs; ; {
		n, v, more := nextAttr(rest)
		if len(n) == 0 || string(n) == name {
			return v
		}
		rest = more
	}
}

// skip returns where the element that t opened, which ends at i, is closed.
func skip(b []byte, i int, t *tag) (end int, ok bool) {
	if t.form != opening {
		return i, true
	}
	for depth := 1; ; {
		k := bytes.IndexByte(b[i:], '<')
		if k < 0 {
			return 0, false
		}
		one, end, ok := readTag(b, i+k)
		if !ok {
			return 0, false
		}
		i = end
		switch one.form {
		case opening:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i, true
			}
		}
	}
}
