package file

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// charset is how text is written in bytes.
type charset int

const (
	unknown charset = iota // to be found out
	utf8Text
	gb18030Text // GBK and GB 2312 are subsets of it
	utf16LE
	utf16BE
	utf16Any // UTF-16 of either byte order
)

// namedEncoding is what Options.Encoding means.
func namedEncoding(name string) (charset, bool) {
	switch strings.ToLower(name) {
	case "auto":
		return unknown, true
	case "utf-8", "utf8":
		return utf8Text, true
	case "gb18030", "gbk", "gb2312", "cp936":
		return gb18030Text, true
	case "utf-16", "utf16":
		return utf16Any, true
	case "utf-16le":
		return utf16LE, true
	case "utf-16be":
		return utf16BE, true
	}
	return unknown, false
}

// mark is the encoding that a byte order mark at the beginning of b tells, and the mark's length.
func mark(b []byte) (charset, int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return utf8Text, 3
	case bytes.HasPrefix(b, []byte("\x84\x31\x95\x33")):
		return gb18030Text, 4
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return utf16LE, 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return utf16BE, 2
	}
	return unknown, 0
}

// byNULs tells UTF-16 without a mark: its line breaks are a NUL and an LF or CR, and what is read that way makes sense.
func byNULs(head []byte) charset {
	// The header says it best, but it may be short and long texts without a single ASCII character may follow.
	for _, n := range []int{1 << 10, 8 << 10, peekSize} {
		b := head[:min(n, len(head))&^1]
		little, big := sensible(b, 0), sensible(b, 1)
		switch {
		case little && !big:
			return utf16LE
		case big && !little:
			return utf16BE
		}
	}
	return unknown
}

// sensible reports whether nearly all units of b are characters that tables hold, one of them a line break, and not two
// letters of ASCII each, which look like one Chinese character. low is the index of a unit's low byte.
func sensible(b []byte, low int) bool {
	good, letters, broken := 0, 0, false
	for i := 0; i+1 < len(b); i += 2 {
		u := uint16(b[i+low]) | uint16(b[i+1-low])<<8
		broken = broken || u == '\n' || u == '\r'
		if isLetter(b[i]) && isLetter(b[i+1]) {
			letters++
		}
		switch {
		case u >= 0x20 && u < 0x7f, u == '\t', u == '\n', u == '\r',
			u >= 0xa0 && u < 0x800, u >= 0x2000 && u < 0xa000, u >= 0xf900 && u < 0xfffe, utf16.IsSurrogate(rune(u)):
			good++
		}
	}
	units := len(b) / 2
	return broken && good*20 >= units*19 && letters*5 <= units*3
}

func isLetter(c byte) bool { return c >= 0x20 && c < 0x7f }

// decideWindow is how much is looked at, from the first byte that is not ASCII on, to tell UTF-8 from GB18030.
const decideWindow = 64 << 10

// decideBy is how many sequences of three bytes or errors settle it: a header has as many, and what is added to a file
// later in another encoding must not outvote it.
const decideBy = 16

// decide tells UTF-8 from GB18030 by a piece of text that starts at its first byte that is not ASCII. whole: nothing comes
// after it.
//
// Chinese in GB18030 read as UTF-8 is nearly all errors, so what has more characters of three bytes than twice its errors
// is UTF-8, though a few of its bytes be broken. Two-byte sequences prove nothing: many Chinese characters of GB 2312 look
// like Greek or Cyrillic in UTF-8 (一 is D2 BB, which is also U+04BB). Text of such sequences alone is GB18030.
func decide(b []byte, whole bool) charset {
	var long, short, wrong int
	for i := 0; i < len(b) && long+wrong < decideBy; {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if !whole && !utf8.FullRune(b[i:]) {
				i = len(b) // cut off by the end of the window
				continue
			}
			wrong++
		case n == 2:
			short++
		default:
			long++
		}
		i += n
	}
	switch {
	case long > 2*wrong:
		return utf8Text
	case wrong == 0 && short > 0 && !validGB18030(b, whole):
		return utf8Text
	}
	return gb18030Text
}

// validGB18030 reports whether b decodes without loss.
func validGB18030(b []byte, whole bool) bool {
	dst := make([]byte, 4*len(b)+16)
	_, _, lost := decodeGB18030(dst, b, whole)
	return !lost
}
