package file

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"creditsync/connectors"
	"creditsync/connectors/connectorstest"
	pen "creditsync/internal/testkit/workbook"

	"github.com/klauspost/compress/gzip"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folder is a folder of files as a source system: of one format, in one encoding.
type folder struct {
	dir    string
	name   string
	format func(testing.TB, connectorstest.Table) []byte
	enc    encoding.Encoding // nil for bytes that are no text
	packed bool              // as gzip
	member string            // in a zip, under that name
}

func (f *folder) Source(t *testing.T) connectors.Source {
	t.Helper()
	o := Defaults()
	o.Path = "inbox/*"
	s, err := New(o, connectors.Place{Dir: f.dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *folder) path() string { return filepath.Join(f.dir, "inbox", f.name) }

func (f *folder) Fill(t *testing.T, table connectorstest.Table) {
	t.Helper()
	b := f.format(t, table)
	if f.enc != nil {
		var err error
		if b, err = f.enc.NewEncoder().Bytes(b); err != nil {
			t.Fatal(err)
		}
	}
	if f.packed {
		b = packed(t, b)
	}
	if f.member != "" {
		b = zipped(t, f.member, string(b))
	}
	write(t, f.path(), b)
}

// Break cuts the file short; a text is packed first, so that this can be seen of it.
func (f *folder) Break(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(f.path())
	if err != nil {
		t.Fatal(err)
	}
	if f.enc != nil && !f.packed && f.member == "" {
		b = packed(t, b)
	}
	write(t, f.path(), b[:len(b)*3/4])
}

func (f *folder) Remove(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(f.dir, "inbox")); err != nil {
		t.Fatal(err)
	}
}

func asCSV(t testing.TB, table connectorstest.Table) []byte {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.WriteAll(append([][]string{table.Header}, table.Rows...)); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func asWorkbook(shared bool) func(testing.TB, connectorstest.Table) []byte {
	return func(t testing.TB, table connectorstest.Table) []byte {
		var out bytes.Buffer
		b := pen.Book{Shared: shared, Sheets: []pen.Sheet{{Name: "表1", Rows: pen.Texts(append([][]string{table.Header}, table.Rows...)...)}}}
		if err := b.Write(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
}

func asJSON(before, between, after string) func(testing.TB, connectorstest.Table) []byte {
	return func(t testing.TB, table connectorstest.Table) []byte {
		out := bytes.NewBufferString(before)
		for i, r := range table.Rows {
			if i > 0 {
				out.WriteString(between)
			}
			for j, h := range table.Header {
				one, err := json.Marshal(map[string]string{h: r[j]})
				if err != nil {
					t.Fatal(err)
				}
				out.WriteString(map[bool]string{true: "{", false: ","}[j == 0])
				out.Write(one[1 : len(one)-1])
			}
			out.WriteString("}")
		}
		out.WriteString(after)
		return out.Bytes()
	}
}

func zipped(t testing.TB, namesAndBodies ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(namesAndBodies); i += 2 {
		w, err := z.Create(namesAndBodies[i])
		if err == nil {
			_, err = w.Write([]byte(namesAndBodies[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestContract(t *testing.T) {
	lines, array := asJSON("", "\n", "\n"), asJSON("[", ",\n ", "]")
	for name, f := range map[string]folder{
		"utf-8":          {name: "a.csv", format: asCSV, enc: unicode.UTF8},
		"gb18030":        {name: "a.csv", format: asCSV, enc: simplifiedchinese.GB18030},
		"utf-16":         {name: "a.csv", format: asCSV, enc: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		"gzip":           {name: "a.csv.gz", format: asCSV, enc: simplifiedchinese.GB18030, packed: true},
		"xlsx":           {name: "a.xlsx", format: asWorkbook(true)},
		"jsonl":          {name: "a.jsonl", format: lines, enc: unicode.UTF8},
		"json":           {name: "a.json", format: array, enc: unicode.UTF8},
		"json-gzip":      {name: "a.json.gz", format: array, enc: unicode.UTF8BOM, packed: true},
		"zip-csv":        {name: "a.zip", format: asCSV, enc: simplifiedchinese.GB18030, member: "下发/2024/处罚.csv"},
		"zip-xlsx":       {name: "a.zip", format: asWorkbook(true), member: "处罚.xlsx"},
		"zip-jsonl-gzip": {name: "a.zip", format: lines, enc: unicode.UTF8, packed: true, member: "处罚.jsonl.gz"},
	} {
		t.Run(name, func(t *testing.T) { // not parallel: the clauses look for goroutines that are left
			connectorstest.Run(t, connectorstest.Fixture{Definition: Definition(), New: func(t *testing.T) connectorstest.System {
				one := f
				one.dir = t.TempDir()
				if err := os.Mkdir(filepath.Join(one.dir, "inbox"), 0o700); err != nil {
					t.Fatal(err)
				}
				return &one
			}})
		})
	}
}

// packed is b as gzip.
func packed(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
