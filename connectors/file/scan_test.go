package file

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"

	"pgregory.net/rapid"
)

// scanned is a record as rows found it.
type scanned struct {
	cells []string
	line  int
	rule  string
}

// scanPieces reads text that comes in pieces of the given sizes, the last of them repeating.
func scanPieces(text []byte, delim byte, sizes ...int) (out []scanned, r *rows, err error) {
	f := &feed{ready: make(chan chunk), free: make(chan []byte, chunks), stop: make(chan struct{})}
	f.ended.Add(1)
	go func() {
		defer f.ended.Done()
		for i := 0; ; i++ {
			n := min(max(sizes[min(i, len(sizes)-1)], 1), len(text), chunkSize)
			c := chunk{buf: make([]byte, headroom+n), end: headroom + n, doubtful: suspicious(text)}
			copy(c.buf[headroom:], text[:n])
			if text = text[n:]; n == 0 {
				c.err = io.EOF
			}
			select {
			case f.ready <- c:
			case <-f.stop:
				return
			}
			if n == 0 {
				return
			}
		}
	}()
	defer f.close()
	r = &rows{name: "a.csv", feed: f, scan: scanner{delim: delim}, line: 1}
	for {
		rec, err := r.next(context.Background())
		if err == io.EOF {
			return out, r, nil
		}
		if err != nil {
			return out, r, err
		}
		one := scanned{line: rec.line, rule: rec.rule}
		for _, c := range rec.cells {
			one.cells = append(one.cells, string(rec.bytes[c.Lo:c.Hi]))
		}
		out = append(out, one)
	}
}

func TestRows_Cells(t *testing.T) {
	t.Parallel()
	f := func(name, text, want string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			for size := 1; size <= len(text)+1; size++ {
				got, _, err := scanPieces([]byte(text), ',', size)
				if err != nil {
					t.Fatalf("in pieces of %d: %v", size, err)
				}
				var b strings.Builder
				for _, r := range got {
					fmt.Fprintf(&b, "%d%s:%q ", r.line, r.rule, r.cells)
				}
				if b.String() != want {
					t.Fatalf("in pieces of %d:\n got %s\nwant %s", size, b.String(), want)
				}
			}
		})
	}
	f("plain", "a,b\nc,d\n", `1:["a" "b"] 2:["c" "d"] `)
	f("no line break at the end", "a,b\nc,d", `1:["a" "b"] 2:["c" "d"] `)
	f("CR LF", "a,b\r\nc,d\r\n", `1:["a" "b"] 2:["c" "d"] `)
	f("CR", "a,b\rc,d\r", `1:["a" "b"] 2:["c" "d"] `)
	f("mixed line breaks", "a\nb\r\nc\rd\n\re", `1:["a"] 2:["b"] 3:["c"] 4:["d"] 6:["e"] `)
	f("blank lines", "\n\na,b\n\r\n  \n,\n , \n\u3000,\nc,d\n", `3:["a" "b"] 9:["c" "d"] `)
	f("delimiter at the end", "a,\n,b,\n,c", `1:["a" ""] 2:["" "b" ""] 3:["" "c"] `)
	f("quotes", `"a","b,c"`+"\n"+`"d""e",""""`+"\n"+`"",f`, `1:["a" "b,c"] 2:["d\"e" "\""] 3:["" "f"] `)
	f("line breaks in quotes", "\"a\nb\",\"c\r\nd\",\"e\rf\"\ng,h,i\n", `1:["a\nb" "c\r\nd" "e\rf"] 5:["g" "h" "i"] `)
	f("a quote inside is literal", "a\"b,c\"\nd, \"e\"\n", `1:["a\"b" "c\""] 2:["d" " \"e\""] `)
	f("text after the closing quote", "\"a\"b,\"c\"\"d\"e\"f\"\n\"g\" ,h\n", `1:["ab" "c\"de\"f\""] 2:["g " "h"] `)
	f("a lost quote joins two rows", "1,\"a,x\n2,\"b\",y\n3,c,z\n", `1broken_quote:["1" "a,x\n2,b\"" "y"] 3:["3" "c" "z"] `)
	f("blank after a quoted line break", "\"a\nb\" ,c\nd,e\n", `1:["a\nb " "c"] 3:["d" "e"] `)
	f("NUL", "a,b\x00\nc,d\n", `1nul_byte:["a" "b\x00"] 2:["c" "d"] `)
	f("lost characters", "a,b\uFFFD\nc,d\n", `1undecodable:["a" "b`+"\uFFFD"+`"] 2:["c" "d"] `)
	f("control characters", "a\x01b\x0b\x0c\tc,d\n", `1:["a\x01b\v\f\tc" "d"] `)
	f("nothing", "", ``)
}

func TestRows_UnclosedQuoteNamesItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"a,b\nc,\"d\ne,f\n":             2,
		"a,b\n\"x\ny\",\"d\ne,f\n":      3,
		"\"":                            1,
		"a\n\"" + giant(3<<20) + "\n\n": 2,
	} {
		for _, size := range []int{1 << 16, 7} {
			if size == 7 && len(text) > 100 {
				continue
			}
			_, _, err := scanPieces([]byte(text), ',', size)
			if got := fault.CodeOf(err); got != "file.unclosed_quote" || !strings.Contains(err.Error(), fmt.Sprintf("line %d ", want)) {
				t.Errorf("%.20q in pieces of %d: got %v, want an unclosed quote on line %d", text, size, err, want)
			}
		}
	}
}

func giant(n int) string { return strings.Repeat("x,y\n", n/4) }

func TestRows_GiantCells(t *testing.T) {
	t.Parallel()
	x := strings.Repeat("x", 3<<20)
	f := func(name, text string, wantLines ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{chunkSize, 100_003} {
				got, r, err := scanPieces([]byte(text), ',', size)
				if err != nil {
					t.Fatal(err)
				}
				var lines []string
				for _, one := range got {
					lines = append(lines, fmt.Sprintf("%d%s:%d", one.line, one.rule, len(one.cells)))
					size := 0
					for _, c := range one.cells {
						size += len(c)
					}
					if size > 2*connectors.MaxCell {
						t.Errorf("line %d: %d bytes kept", one.line, size)
					}
				}
				if !slices.Equal(lines, wantLines) {
					t.Errorf("got %q, want %q", lines, wantLines)
				}
				if cap(r.spill) > 8*connectors.MaxCell {
					t.Errorf("%d bytes in hand", cap(r.spill))
				}
			}
		})
	}
	f("plain", "a,b\nc,"+x+",d\ne,f\n", "1:2", "2cell_too_large:2", "3:2")
	f("at the end", "a,b\nc,"+x, "1:2", "2cell_too_large:2")
	f("quoted", "a,b\n\"c\nd\",\""+x+"\n\",d\r\ne,f\n", "1:2", "2cell_too_large:2", "5:2")
	f("doubled quotes", "a,b\nc,\""+strings.Repeat(`""`, 2<<20)+"\",d\ne,f\n", "1:2", "2cell_too_large:2", "3:2")
	f("doubled quotes that fit", "a,b\nc,\""+strings.Repeat(`""`, 1<<20)+"\"\ne,f\n", "1:2", "2:2", "3:2")
	f("a bit too long", "a,b\nc,"+x[:connectors.MaxCell+1]+"\ne,f\n", "1:2", "2cell_too_large:2", "3:2")
	f("exactly fits", "a,b\nc,"+x[:connectors.MaxCell]+"\ne,f\n", "1:2", "2:2", "3:2")
	f("line breaks of both kinds", "\""+strings.Repeat("x\r\ny\rz\n", 400_000)+"\",d\ne,f\n", "1cell_too_large:1", "1200002:2")
	f("quoted after the giant", "c,"+x+",\"d\ne\",\"f\"\"g\"\r\nh,i\r\n", "1cell_too_large:2", "3:2")
	f("too many cells", strings.Repeat(",", 2<<20)+"x\ne,f\n", "1ragged_row:16385", "2:2")

	t.Run("a lost quote that swallows more than a cell may hold", func(t *testing.T) {
		t.Parallel()
		_, _, err := scanPieces([]byte("a,b\nc,\"d\n"+giant(4<<20)+"e,\"f\"\n"), ',', chunkSize)
		if fault.CodeOf(err) != "file.unclosed_quote" || !strings.Contains(err.Error(), "line 2 ") {
			t.Errorf("got %v, want an unclosed quote on line 2", err)
		}
	})
}

// What is written comes back, however it is cut into pieces.
func TestRows_AnyPieces(t *testing.T) {
	t.Parallel()
	cell := rapid.OneOf(
		rapid.StringMatching(`[a-z0-9]{0,20}`),
		rapid.StringMatching(`[,;"\n\r\t 中文x]{0,12}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 5), 0, 8).Draw(t, "table")
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		var want [][]string
		for _, row := range table {
			row[0] = "k" + row[0] // no blank rows
			if w.UseCRLF {        // the writer adds CRs to line breaks in cells
				for i := range row {
					row[i] = strings.NewReplacer("\r", "", "\n", "").Replace(row[i])
				}
			}
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
			want = append(want, row)
		}
		w.Flush()
		sizes := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 10).Draw(t, "sizes")
		got, _, err := scanPieces(text.Bytes(), ',', sizes...)
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for i, r := range got {
			if i >= len(want) || !slices.Equal(r.cells, want[i]) || r.line != line || r.rule != "" {
				t.Fatalf("row %d: got %+v, want %q on line %d, of %q", i, r, want[min(i, len(want)-1)], line, text.String())
			}
			line++
			for _, c := range r.cells {
				line += lineBreaks([]byte(c))
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
	})
}

// FuzzCSV_MatchesEncodingCSV compares on what both accept and mean alike. Not compared: a lone CR, which ends a line here,
// CR LF in quotes, which encoding/csv changes into LF, and rows of blanks, which are left out here.
func FuzzCSV_MatchesEncodingCSV(f *testing.F) {
	for _, s := range []string{"a,b\nc,d\n", "\"a\"\"b\",c\r\n", "\"a\nb\"", ",\n,,x\n", "", "\"\",\"\"\n", "a b,中文\n"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		if bytes.Contains(bytes.ReplaceAll(text, []byte("\r\n"), nil), []byte("\r")) || suspicious(text) || !bytes.Equal(bytes.ToValidUTF8(text, nil), text) {
			return
		}
		std := csv.NewReader(bytes.NewReader(text))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil {
			return
		}
		want = slices.DeleteFunc(want, func(r []string) bool {
			return !slices.ContainsFunc(r, func(c string) bool { return !blankCell([]byte(c)) })
		})
		got, _, err := scanPieces(text, ',', int(size))
		if err != nil {
			t.Fatalf("encoding/csv reads %d rows of %q, here: %v", len(want), text, err)
		}
		for i, r := range got {
			for j := range r.cells {
				r.cells[j] = strings.ReplaceAll(r.cells[j], "\r\n", "\n")
			}
			if i >= len(want) || !slices.Equal(r.cells, want[i]) || r.rule != "" {
				t.Fatalf("row %d of %q: got %+v, want %q", i, text, r, want)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%q: got %d rows, want %d", text, len(got), len(want))
		}
	})
}
