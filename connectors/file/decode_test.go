package file

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decodeAll decodes src that comes in pieces of in bytes, into pieces of out bytes.
func decodeAll(d decode, src []byte, in, out int) (string, bool) {
	var got strings.Builder
	dst, lost := make([]byte, out), false
	have, fed := 0, 0 // src[have:fed] is in hand
	for {
		fed = min(len(src), fed+in)
		for {
			n, used, bad := d(dst, src[have:fed], fed == len(src))
			got.Write(dst[:n])
			have, lost = have+used, lost || bad
			if used == 0 {
				break
			}
		}
		if fed == len(src) {
			return got.String(), lost
		}
	}
}

func xtext(t testing.TB, e encoding.Encoding, src []byte) string {
	t.Helper()
	got, _, err := transform.Bytes(e.NewDecoder(), src)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

// Every sequence of two bytes, each followed by a letter so that it shows how many bytes it took.
func TestDecodeGB18030_EveryPair(t *testing.T) {
	t.Parallel()
	var src []byte
	for a := 0; a < 256; a++ {
		for b := 0; b < 256; b++ {
			src = append(src, byte(a), byte(b), 'z', 'z', '\n')
		}
	}
	same(t, src)
}

// Every sequence of four bytes: 1,587,600 that have the form, those with a mapping of their own and the linear ones, and
// beside each first half the forms that are no such sequence.
func TestDecodeGB18030_EveryFour(t *testing.T) {
	t.Parallel()
	src := make([]byte, 0, 127*10*5*130)
	for a := 0x81; a <= 0xfe; a++ {
		src = src[:0]
		for b := 0x30; b <= 0x3f; b++ {
			for c := 0x80; c <= 0xff; c++ {
				for d := 0x2f; d <= 0x3a; d++ {
					src = append(src, byte(a), byte(b), byte(c), byte(d), '\n')
				}
			}
		}
		same(t, src)
	}
}

func same(t *testing.T, src []byte) {
	t.Helper()
	want := xtext(t, simplifiedchinese.GB18030, src)
	got, lost := decodeAll(decodeGB18030, src, len(src), 64<<10)
	if lost != strings.Contains(want, replacement) {
		t.Errorf("lost %v", lost)
	}
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range w {
		if i >= len(g) || g[i] != w[i] {
			t.Fatalf("line %d: got %q, want %q", i, g[min(i, len(g)-1)], w[i])
		}
	}
}

func FuzzDecode_MatchesXText(f *testing.F) {
	for _, s := range []string{"", "abc", "吉安市", "\x81", "\x81\x30", "\x81\x30\x81", "\x84\x31\xa4\x37", "a\xff\x80b", "\xe4\xb8", "\xd8\x00\xdc\x00", "\x00\xd8", "一二三四五六七八九十abcdefghijk"} {
		f.Add([]byte(s), uint8(1), uint8(16))
	}
	f.Fuzz(func(t *testing.T, src []byte, in, out uint8) {
		i, o := max(1, int(in)), max(16, int(out))
		for _, one := range []struct {
			name string
			d    decode
			e    encoding.Encoding
		}{
			{"gb18030", decodeGB18030, simplifiedchinese.GB18030},
			{"utf-16le", decodeUTF16LE, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
			{"utf-16be", decodeUTF16BE, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		} {
			got, lost := decodeAll(one.d, src, i, o)
			if want := xtext(t, one.e, src); got != want || lost != strings.Contains(want, replacement) {
				t.Fatalf("%s: %x in %d, out %d: got %q lost %v, want %q", one.name, src, i, o, got, lost, want)
			}
		}
		// The guard may only take away.
		if got, lost := decodeAll(decodeGuarded, src, i, o); !lost {
			if want, _ := decodeAll(decodeGB18030, src, i, o); got != want {
				t.Fatalf("guarded: %x: got %q, want %q", src, got, want)
			}
		}
		got, lost := decodeAll(decodeUTF8, src, i, o)
		if want := strings.Join(strings.Split(string([]rune(string(src))), ""), ""); got != want || lost != !utf8.Valid(src) {
			t.Fatalf("utf-8: %x in %d, out %d: got %q lost %v, want %q", src, i, o, got, lost, want)
		}
	})
}

func TestDecide(t *testing.T) {
	t.Parallel()
	gb := func(s string) string {
		b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name, text string
		want       charset
	}{
		{"chinese", "行政相对人名称,备注\n", utf8Text},
		{"chinese in GB", gb("行政相对人名称,备注\n"), gb18030Text},
		{"one character", "一", utf8Text},
		{"one character in GB, which is also U+04BB", gb("一"), gb18030Text},
		{"two characters in GB that Notepad took for UTF-8", gb("联通"), gb18030Text},
		{"cut at the end", "吉安市"[:8], utf8Text},
		{"cut at the end in GB", gb("吉安市")[:5], gb18030Text},
		{"a few broken bytes", strings.Repeat("吉安市某公司,", 50) + "\xe5\xb8," + strings.Repeat("吉安市某公司,", 50), utf8Text},
		{"a few broken bytes in GB", gb(strings.Repeat("吉安市某公司,", 50)) + "\xff," + gb(strings.Repeat("吉安市某公司,", 50)), gb18030Text},
		{"four-byte characters in GB", gb("𠮷安市㐀𪚥"), gb18030Text},
		{"rare characters", "𠮷安市㐀𪚥", utf8Text},
		{"names of the west, without any Chinese, look like GB", "Zoë,José\n", gb18030Text},
		{"names of the west beside one Chinese character", "Zoë,José,一\n", utf8Text},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decide([]byte(c.text), false); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestByNULs(t *testing.T) {
	t.Parallel()
	table := "编号,名称,备注\n1,一二三,无\n2,上一丂丄,\n"
	long := "编号,名称,备注\n" + strings.Repeat(strings.Repeat("一般违法行为", 400)+",", 20)
	for _, text := range []string{table, long, strings.ReplaceAll(table, "\n", "\r\n")} {
		le := utf16Bytes(t, text, unicode.LittleEndian)
		if got := byNULs(le); got != utf16LE {
			t.Errorf("%.20q: got %d, want little endian", text, got)
		}
		if got := byNULs(utf16Bytes(t, text, unicode.BigEndian)); got != utf16BE {
			t.Errorf("%.20q: got %d, want big endian", text, got)
		}
	}
	for _, text := range []string{table, "a\x00b,c\n1,2\n", strings.Repeat("some,words,here\x00\n", 9), "\x00\x00\x00\x00\n\x00", "", "a"} {
		if got := byNULs([]byte(text)); got != unknown {
			t.Errorf("%.20q: got %d, want no UTF-16", text, got)
		}
	}
}

func utf16Bytes(t testing.TB, s string, e unicode.Endianness) []byte {
	t.Helper()
	b, err := unicode.UTF16(e, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b)
}
