package jsonrows

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unicode reads an escape \uXXXX, with its other half where it is half of a character.
func (p *parser) unicode(dst []byte) ([]byte, bool) {
	first, ok := p.unit(p.i)
	if !ok {
		return dst, false
	}
	p.i += 6
	r := rune(first)
	if utf16.IsSurrogate(r) {
		second, ok := p.unit(p.i)
		if r = utf16.DecodeRune(r, rune(second)); ok && r != utf8.RuneError {
			p.i += 6
		} else {
			r = utf8.RuneError
		}
	}
	return utf8.AppendRune(dst, r), true
}

// unit is the UTF-16 unit of the escape at b[i].
func (p *parser) unit(i int) (uint16, bool) {
	if i+6 > len(p.b) || p.b[i] != '\\' || p.b[i+1] != 'u' {
		return 0, false
	}
	for _, c := range p.b[i+2 : i+6] {
		if c-'0' > 9 && c|0x20-'a' > 5 {
			return 0, false
		}
	}
	u, err := strconv.ParseUint(string(p.b[i+2:i+6]), 16, 16)
	return uint16(u), err == nil
}
