package file

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"creditsync/connectors"
	"creditsync/connectors/connectorstest"

	"github.com/klauspost/compress/gzip"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folder is a folder of files as a source system: written in one encoding, packed or not.
type folder struct {
	dir    string
	enc    encoding.Encoding
	packed bool
}

func (f *folder) Source(t *testing.T) connectors.Source {
	t.Helper()
	o := Defaults()
	o.Path = "inbox/*.csv"
	s, err := New(o, connectors.Place{Dir: f.dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *folder) path() string { return filepath.Join(f.dir, "inbox", "a.csv") }

func (f *folder) Fill(t *testing.T, table connectorstest.Table) {
	t.Helper()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.WriteAll(append([][]string{table.Header}, table.Rows...)); err != nil {
		t.Fatal(err)
	}
	b, err := f.enc.NewEncoder().Bytes(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if f.packed {
		b = packed(t, b)
	}
	write(t, f.path(), b)
}

func (f *folder) Break(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(f.path())
	if err != nil {
		t.Fatal(err)
	}
	if !f.packed {
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

func TestContract(t *testing.T) {
	for name, f := range map[string]folder{
		"utf-8":     {enc: unicode.UTF8},
		"utf-8-bom": {enc: unicode.UTF8BOM},
		"gb18030":   {enc: simplifiedchinese.GB18030},
		"utf-16":    {enc: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		"gzip":      {enc: simplifiedchinese.GB18030, packed: true},
	} {
		t.Run(name, func(t *testing.T) {
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
