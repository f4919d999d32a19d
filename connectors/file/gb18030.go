package file

import (
	"encoding/binary"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// pairTable has the UTF-8 text of each two-byte sequence of GB18030: lead 0x81–0xFE, trail 0x40–0xFE, the text in the low
// three bytes and its length in the highest one; 0 where there is no character.
type pairTable [126 * 192]uint32

// pairs is the table, made from golang.org/x/text at first use: it takes about a millisecond.
var pairs = sync.OnceValue(func() *pairTable {
	t := new(pairTable)
	dec := simplifiedchinese.GB18030.NewDecoder()
	var utf [8]byte
	for lead := 0x81; lead <= 0xfe; lead++ {
		for trail := 0x40; trail <= 0xfe; trail++ {
			n, used, err := dec.Transform(utf[:], []byte{byte(lead), byte(trail)}, true)
			if err != nil || used != 2 || string(utf[:n]) == replacement {
				continue
			}
			if r, size := utf8.DecodeRune(utf[:n]); r == utf8.RuneError || size != n {
				continue
			}
			t[(lead-0x81)*192+trail-0x40] = uint32(n)<<24 | uint32(utf[0]) | uint32(utf[1])<<8 | uint32(third(utf[:n]))<<16
		}
	}
	return t
})

func third(b []byte) byte {
	if len(b) > 2 {
		return b[2]
	}
	return 0
}

// decodeGB18030 decodes as golang.org/x/text does, which follows the WHATWG's encoding standard (0x80 is €), several times
// as fast: ASCII in eights, two-byte sequences by table. A test holds every sequence against it.
func decodeGB18030(dst, src []byte, eof bool) (nDst, nSrc int, lost bool) {
	return decodeGB(dst, src, eof, false)
}

// decodeGuarded is decodeGB18030 for files that may be pieced together. Text in UTF-8 read as GB18030 mostly decodes to
// other Chinese characters without an error; a run of it becomes one U+FFFD instead.
func decodeGuarded(dst, src []byte, eof bool) (nDst, nSrc int, lost bool) {
	return decodeGB(dst, src, eof, true)
}

func decodeGB(dst, src []byte, eof, guard bool) (nDst, nSrc int, lost bool) {
	t := pairs()
	// Room for a store of eight bytes: what is beyond the text is overwritten by the next one.
	for nSrc < len(src) && nDst+8 <= len(dst) {
		c := src[nSrc]
		if c < utf8.RuneSelf {
			if nSrc+8 <= len(src) {
				w := binary.LittleEndian.Uint64(src[nSrc:])
				if w&0x8080808080808080 == 0 {
					binary.LittleEndian.PutUint64(dst[nDst:], w)
					nDst, nSrc = nDst+8, nSrc+8
					continue
				}
			}
			dst[nDst] = c
			nDst, nSrc = nDst+1, nSrc+1
			continue
		}
		if guard && c >= 0xe2 && c <= 0xef && (nSrc == 0 || src[nSrc-1] < utf8.RuneSelf) {
			n := utf8Run(src[nSrc:])
			if n >= foreignRun {
				nDst, nSrc, lost = nDst+copy(dst[nDst:], replacement), nSrc+n, true
				continue
			}
			if nSrc+n == len(src) && !eof {
				break // it may go on
			}
		}
		if nSrc+1 < len(src) && c != 0x80 && c != 0xff {
			if trail := src[nSrc+1]; trail >= 0x40 && trail != 0xff {
				if e := t[int(c-0x81)*192+int(trail-0x40)]; e != 0 {
					binary.LittleEndian.PutUint32(dst[nDst:], e)
					nDst, nSrc = nDst+int(e>>24), nSrc+2
					continue
				}
			}
		}
		n, used, bad := decodeRare(dst[nDst:], src[nSrc:], eof)
		if used == 0 {
			break
		}
		nDst, nSrc, lost = nDst+n, nSrc+used, lost || bad
	}
	return nDst, nSrc, lost
}

// foreignRun is how many bytes of three-byte UTF-8 at the beginning of a word are no accident: four Chinese characters. In
// GB18030 they would be six, each of them with its bytes in one of the few ranges that fit.
const foreignRun = 12

// utf8Run is how many bytes at the beginning of b are UTF-8 sequences of three bytes such as Chinese has, up to an
// incomplete one at its end, which counts.
func utf8Run(b []byte) int {
	i := 0
	for ; i < len(b); i++ {
		ok := b[i] >= 0xe2 && b[i] <= 0xef
		if i%3 != 0 {
			ok = b[i] >= 0x80 && b[i] < 0xc0
		}
		if !ok {
			return i - i%3
		}
	}
	return i
}

// decodeRare decodes one sequence that is not in the table: €, four bytes, or nothing that the encoding has.
func decodeRare(dst, src []byte, eof bool) (nDst, nSrc int, lost bool) {
	none := func(n int) (int, int, bool) { return copy(dst, replacement), n, true }
	switch {
	case src[0] == 0x80:
		return copy(dst, "€"), 1, false
	case src[0] == 0xff:
		return none(1)
	case len(src) == 1 && !eof:
		return 0, 0, false
	case len(src) == 1:
		return none(1)
	}
	switch trail := src[1]; {
	case trail >= 0x40 && trail != 0x7f && trail != 0xff:
		return none(2)
	case trail < 0x30 || trail >= 0x40:
		return none(1)
	case len(src) < 4 && !eof:
		return 0, 0, false
	case len(src) < 4 || src[2] < 0x81 || src[2] == 0xff || src[3] < 0x30 || src[3] > 0x39:
		return none(1)
	}
	linear := ((int(src[0]-0x81)*10+int(src[1]-0x30))*126+int(src[2]-0x81))*10 + int(src[3]-0x30)
	if linear >= 39420 && (linear < 189000 || linear >= 189000+0x100000) {
		return none(1)
	}
	nDst, _, _ = simplifiedchinese.GB18030.NewDecoder().Transformer.Transform(dst[:8], src[:4], true)
	return nDst, 4, string(dst[:nDst]) == replacement
}
