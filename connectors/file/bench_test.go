package file

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"creditsync/connectors"
	"creditsync/connectors/columns"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// table30 is a table of 30 columns like that of administrative penalties, about 530 bytes a row.
func table30(rows int) []byte {
	var b bytes.Buffer
	for i := range 30 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "列名%02d", i)
	}
	b.WriteByte('\n')
	for r := range rows {
		for i := range 30 {
			if i > 0 {
				b.WriteByte(',')
			}
			switch i % 10 {
			case 0:
				fmt.Fprintf(&b, "吉安市某某商贸有限公司%06d", r)
			case 1:
				b.WriteString("法人及非法人组织")
			case 2:
				fmt.Fprintf(&b, "91360802MA%08d", r)
			case 5:
				b.WriteString("违反了有关规定，销售过期食品，数量三件")
			case 6:
				b.WriteString("2024-01-03")
			case 8:
				b.WriteString("0.200000")
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func header30(cells []string) int {
	n := 0
	for _, c := range cells {
		if len(c) == len("列名00") && c[:6] == "列名" {
			n++
		}
	}
	return n
}

// BenchmarkRead is the whole road from a file to released batches; decoding runs beside it where there is a second core.
func BenchmarkRead(b *testing.B) {
	utf := table30(400_000)
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes(utf)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{"utf-8": utf, "gb18030": gbk} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a.csv"), text, 0o600); err != nil {
				b.Fatal(err)
			}
			o := Defaults()
			o.Path = "a.csv"
			s, err := New(o, connectors.Place{Dir: dir})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if n := drain(b, s, connectors.Request{Match: header30}); n != 400_000 {
					b.Fatal(n)
				}
			}
		})
	}
}

func drain(tb testing.TB, s connectors.Source, want connectors.Request) int {
	r, err := s.Open(context.Background(), want)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	n := 0
	for {
		batch, err := r.Next(context.Background())
		if err == io.EOF {
			return n
		}
		if err != nil {
			tb.Fatal(err)
		}
		n += int(batch.Rows.NumRows())
		batch.Release()
	}
}

// BenchmarkScan is the scanner alone.
func BenchmarkScan(b *testing.B) {
	text := table30(20_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s := scanner{delim: ','}
		for pos := 0; pos < len(text); {
			s.reset()
			n, _ := s.scan(text[pos:], true)
			pos += n
		}
	}
}

// BenchmarkScanAndFill is scanner and columns on one core, without file and decoding.
func BenchmarkScanAndFill(b *testing.B) {
	text := table30(connectors.MaxBatchRows - 1) // and its header
	b.SetBytes(int64(len(text)))
	c := columns.New(nil, make([]string, 30))
	for b.Loop() {
		s := scanner{delim: ','}
		for pos := 0; pos < len(text); {
			s.reset()
			n, _ := s.scan(text[pos:], true)
			c.AddSpans(text[pos:pos+n], s.cells, columns.Place{Number: 1})
			pos += n
		}
		c.Batch(0, nil).Release()
	}
}

// BenchmarkEncodingCSV is the standard library on the same bytes, for comparison.
func BenchmarkEncodingCSV(b *testing.B) {
	text := table30(20_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(text))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDecode is decoding alone, ours and that of golang.org/x/text.
func BenchmarkDecode(b *testing.B) {
	utf := table30(2_000)
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes(utf)
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]byte, 2*len(utf))
	b.Run("gb18030", func(b *testing.B) {
		b.SetBytes(int64(len(gbk)))
		for b.Loop() {
			decodeGB18030(dst, gbk, true)
		}
	})
	b.Run("gb18030-xtext", func(b *testing.B) {
		b.SetBytes(int64(len(gbk)))
		d := simplifiedchinese.GB18030.NewDecoder()
		for b.Loop() {
			if _, _, err := d.Transform(dst, gbk, true); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("utf-8", func(b *testing.B) {
		b.SetBytes(int64(len(utf)))
		for b.Loop() {
			decodeUTF8(dst, utf, true)
		}
	})
	b.Run("suspicious", func(b *testing.B) {
		b.SetBytes(int64(len(utf)))
		for b.Loop() {
			suspicious(utf)
		}
	})
}
