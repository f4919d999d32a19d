package file

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	fast "github.com/segmentio/asm/utf8" // vectors: the standard library takes a rune at a time (measured: 8 % of a first load)
)

// A decode function turns as much of src into UTF-8 as fits into dst and is complete, and says how much of both that was
// and whether a U+FFFD is in it. With eof, nothing follows src: what is incomplete there is lost. Each lost byte or
// sequence becomes one U+FFFD.
type decode func(dst, src []byte, eof bool) (nDst, nSrc int, lost bool)

// decoderOf is the decode function of an encoding that is known.
func decoderOf(e charset) decode {
	switch e {
	case gb18030Text:
		return decodeGuarded
	case utf16LE, utf16Any:
		return decodeUTF16LE
	case utf16BE:
		return decodeUTF16BE
	}
	return decodeUTF8
}

const replacement = "\uFFFD"

// decodeUTF8 copies what is UTF-8 and replaces each byte that is not.
func decodeUTF8(dst, src []byte, eof bool) (nDst, nSrc int, lost bool) {
	if n := wholeRunes(src[:min(len(dst), len(src))]); n > 0 && fast.Valid(src[:n]) {
		copy(dst, src[:n])
		return n, n, false
	}
	for nSrc < len(src) {
		good := validPrefix(src[nSrc : nSrc+min(len(dst)-nDst, len(src)-nSrc)])
		copy(dst[nDst:], src[nSrc:nSrc+good])
		nDst, nSrc = nDst+good, nSrc+good
		if nSrc == len(src) || len(dst)-nDst < len(replacement) {
			break
		}
		if utf8.FullRune(src[nSrc:]) {
			if _, n := utf8.DecodeRune(src[nSrc:]); n > 1 { // dst is full but for less than this rune
				break
			}
		} else if !eof {
			break
		}
		nDst += copy(dst[nDst:], replacement)
		nSrc++
		lost = true
	}
	return nDst, nSrc, lost
}

// wholeRunes is the length of b without the beginning of a rune that it ends with.
func wholeRunes(b []byte) int {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}

// validPrefix is the length of the longest prefix of b that is UTF-8.
func validPrefix(b []byte) int {
	i := 0
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			if i += asciiPrefix(b[i:]); i == len(b) {
				break
			}
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// asciiPrefix is the length of the longest prefix of b that is ASCII.
func asciiPrefix(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

func decodeUTF16LE(dst, src []byte, eof bool) (int, int, bool) { return decodeUTF16(dst, src, eof, 0) }
func decodeUTF16BE(dst, src []byte, eof bool) (int, int, bool) { return decodeUTF16(dst, src, eof, 1) }

// decodeUTF16 decodes units whose low byte has index low. A surrogate without its other half, and half a unit, are lost.
func decodeUTF16(dst, src []byte, eof bool, low int) (nDst, nSrc int, lost bool) {
	unit := func(i int) rune { return rune(src[i+low]) | rune(src[i+1-low])<<8 }
	for nSrc < len(src) && nDst+utf8.UTFMax <= len(dst) {
		if nSrc+1 == len(src) {
			if !eof {
				break
			}
			return nDst + copy(dst[nDst:], replacement), nSrc + 1, true
		}
		r, n := unit(nSrc), 2
		if r < utf8.RuneSelf {
			dst[nDst] = byte(r)
			nDst, nSrc = nDst+1, nSrc+2
			continue
		}
		if utf16.IsSurrogate(r) {
			if nSrc+4 > len(src) && !eof {
				break
			}
			second := rune(0)
			if nSrc+4 <= len(src) {
				second = unit(nSrc + 2)
			}
			if second >= 0xdc00 && second < 0xe000 {
				n = 4 // even after another second half: as golang.org/x/text does
			}
			r = utf16.DecodeRune(r, second)
		}
		lost = lost || r == utf8.RuneError
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += n
	}
	return nDst, nSrc, lost
}
