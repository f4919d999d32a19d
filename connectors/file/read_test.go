package file

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func gb(t testing.TB, s string) string {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRead_Encodings(t *testing.T) {
	t.Parallel()
	table := "名称,备注\n" + strings.Repeat("吉安市〇〇𠮷㐀有限公司,一般\n", 20_000)
	late := "name,remark\n" + strings.Repeat("only letters,0123456789\n", 50_000) + "吉安市,一\n"
	for _, c := range []struct{ name, text, encoding string }{
		{"UTF-8", table, "auto"},
		{"UTF-8 with a mark", "\uFEFF" + table, "auto"},
		{"UTF-8 with a mark, declared otherwise", "\uFEFF" + table, "gbk"},
		{"GB18030", gb(t, table), "auto"},
		{"GB18030 with a mark", "\x84\x31\x95\x33" + gb(t, table), "auto"},
		{"GB18030, declared", gb(t, table), "GBK"},
		{"UTF-16 LE with a mark", "\xff\xfe" + string(utf16Bytes(t, table, unicode.LittleEndian)), "auto"},
		{"UTF-16 BE with a mark", "\xfe\xff" + string(utf16Bytes(t, table, unicode.BigEndian)), "auto"},
		{"UTF-16 LE", string(utf16Bytes(t, table, unicode.LittleEndian)), "auto"},
		{"UTF-16 BE", string(utf16Bytes(t, table, unicode.BigEndian)), "auto"},
		{"UTF-16 of any order", string(utf16Bytes(t, table, unicode.BigEndian)), "utf-16"},
		{"UTF-16 BE, declared", string(utf16Bytes(t, table, unicode.BigEndian)), "utf-16be"},
		{"gzip", string(packed(t, []byte(gb(t, table)))), "auto"},
		{"gzip of two members", string(packed(t, []byte(table[:1000]))) + string(packed(t, []byte(table[1000:]))), "auto"},
		{"UTF-8 after a megabyte of ASCII", late, "auto"},
		{"GB18030 after a megabyte of ASCII", gb(t, late), "auto"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a.csv"), []byte(c.text))
			o := options("a.csv")
			o.Encoding = c.encoding
			got := readAll(t, dir, o, wantColumns("名称", "name"))
			if got.err != nil || len(got.refused) > 0 {
				t.Fatalf("%v, %d refused", got.err, len(got.refused))
			}
			want := table
			if strings.Contains(c.name, "megabyte") {
				want = late
			}
			if text := strings.Join(got.header, ",") + "\n" + strings.ReplaceAll(show(got.rows), "|", ","); text != want {
				t.Errorf("the text is not what it was, %.60q", text)
			}
		})
	}
}

func TestRead_UndecodableBudget(t *testing.T) {
	t.Parallel()
	text := "名称,备注\n" + strings.Repeat("吉安市,一\n", 98) + "坏\xff,二\n坏\xff,三\n"
	for share, want := range map[float64]string{0: "file.undecodable", 0.019: "file.undecodable", 0.02: "", 1: ""} {
		req := wantColumns("名称")
		req.Undecodable = share
		got := readText(t, text, req)
		if code := fault.CodeOf(got.err); code != want {
			t.Errorf("share %v: got %q (%v), want %q", share, code, got.err, want)
		}
		if want == "" && (len(got.rows) != 98 || len(got.refused) != 2 || got.refused[0].Ref != "a.csv:100") {
			t.Errorf("share %v: %d rows, refused %v", share, len(got.rows), got.refused)
		}
	}
}

// A file pieced together from two encodings: rows in the one that is not the header's are refused, not read as something
// else.
func TestRead_TwoEncodings(t *testing.T) {
	t.Parallel()
	head, row := "名称,备注\n", "吉安市某某商贸有限公司,一般违法行为\n"
	many := strings.Repeat(row, 20_000)
	for name, text := range map[string]string{
		"GB18030 after UTF-8": head + row + row + gb(t, many),
		"UTF-8 after GB18030": gb(t, head+row+row) + many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := wantColumns("名称")
			req.Undecodable = 1
			got := readText(t, text, req)
			if got.err != nil || show(got.rows) != strings.ReplaceAll(row+row, ",", "|") || len(got.refused) != 20_000 {
				t.Errorf("got %d rows, %d refused, %v", len(got.rows), len(got.refused), got.err)
			}
		})
	}
}

func TestRead_AllowEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), nil)
	write(t, filepath.Join(dir, "b.csv"), []byte("名称\n"))
	write(t, filepath.Join(dir, "c.csv"), []byte("名称\n甲\n"))
	write(t, filepath.Join(dir, "d.csv"), []byte("名称\n"+strings.Repeat(",\n", headWindow)))
	o := options("*.csv")
	o.AllowEmpty = true
	got := readAll(t, dir, o, wantColumns("名称"))
	if got.err != nil || len(got.inputs) != 4 || show(got.rows) != "甲\n" {
		t.Errorf("got inputs %v, rows %q, %v", got.inputs, got.rows, got.err)
	}
	o = options("d.csv")
	if got := readAll(t, dir, o, wantColumns("名称")); fault.CodeOf(got.err) != "file.empty" || !strings.Contains(got.err.Error(), "line 1") {
		t.Errorf("a long file of blank rows: got %v", got.err)
	}
}

// What happens to a file between Open and its end fails the read, and trying again may help.
func TestRead_FileChanges(t *testing.T) {
	t.Parallel()
	table := []byte("名称\n" + strings.Repeat("甲乙丙丁\n", 500_000))
	for name, change := range map[string]func(t *testing.T, path string){
		"grows": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(f, "戊")
			f.Close()
		},
		"shrinks": func(t *testing.T, path string) {
			if err := os.Truncate(path, 100_000); err != nil {
				t.Fatal(err)
			}
		},
		"is written again with the same size": func(t *testing.T, path string) {
			write(t, path, table)
			when := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
			if err := os.Chtimes(path, when, when); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, started := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/started=%v", name, started), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				path := filepath.Join(dir, "a.csv")
				write(t, path, table)
				s, err := New(options("a.csv"), connectors.Place{Dir: dir})
				if err != nil {
					t.Fatal(err)
				}
				r, err := s.Open(t.Context(), wantColumns("名称"))
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				if started {
					b, err := r.Next(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					b.Release()
				}
				change(t, path)
				err = rest(t.Context(), r)
				if again, _ := fault.Retryable(err); fault.CodeOf(err) != "file.changed" || !again || fault.ClassOf(err) != fault.Run {
					t.Errorf("got %v, want file.changed, of this run, to be tried again", err)
				}
			})
		}
	}
	t.Run("vanishes", func(t *testing.T) {
		t.Parallel()
		dir := tree(t, "a.csv")
		s, err := New(options("a.csv"), connectors.Place{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), wantColumns("名称"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := os.Remove(filepath.Join(dir, "a.csv")); err != nil {
			t.Fatal(err)
		}
		if err := rest(t.Context(), r); fault.CodeOf(err) != "file.vanished" {
			t.Errorf("got %v", err)
		}
	})
}

// rest reads to the end and returns what ended it.
func rest(ctx context.Context, r connectors.Reader) error {
	for {
		b, err := r.Next(ctx)
		if err != nil {
			return err
		}
		b.Release()
	}
}

func TestRead_ProgressOfPackedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := packed(t, []byte("名称\n"+strings.Repeat("甲\n", 100_000)))
	write(t, filepath.Join(dir, "a.csv"), b)
	s, err := New(options("a.csv"), connectors.Place{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), wantColumns("名称"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := rest(t.Context(), r); err != io.EOF {
		t.Fatal(err)
	}
	if done, size := r.Read(); done != int64(len(b)) || size != int64(len(b)) {
		t.Errorf("%d of %d bytes read, want %d of the packed file", done, size, len(b))
	}
}

// A file many times the bound of what is in hand is read without memory growing with it.
func TestRead_ConstantMemory(t *testing.T) { // not parallel: it looks at the memory of the process
	dir := t.TempDir()
	row := strings.Repeat("吉安市某某商贸有限公司,", 20) + "完\n"
	head := "名称" + strings.Repeat(",", 20) + "\n"
	part := packed(t, bytes.Repeat([]byte(row), 20_000))
	var peaks []uint64
	for _, parts := range []int{7, 28} { // 90 and 360 MB
		write(t, filepath.Join(dir, "a.csv"), append(packed(t, []byte(head)), bytes.Repeat(part, parts)...))
		runtime.GC()
		s, err := New(options("a.csv"), connectors.Place{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), wantColumns("名称"))
		if err != nil {
			t.Fatal(err)
		}
		var peak uint64
		for {
			b, err := r.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			b.Release()
		}
		r.Close()
		peaks = append(peaks, peak)
	}
	if peaks[1] > peaks[0]+peaks[0]/2 || peaks[1] > 300<<20 {
		t.Errorf("live memory of %d MB for four times as many rows as %d MB", peaks[1]>>20, peaks[0]>>20)
	}
}
