package xlsx

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"creditsync/internal/testkit/workbook"

	"github.com/xuri/excelize/v2"
)

// penalties is a sheet of 30 columns like that of administrative penalties.
func penalties(t testing.TB, rows int, shared bool) []byte {
	b := workbook.Book{Shared: shared, Formats: []string{"yyyy-mm-dd"}, Sheets: []workbook.Sheet{{Name: "处罚", Rows: func(yield func([]workbook.Cell) bool) {
		for r := range rows + 1 {
			cells := make([]workbook.Cell, 30)
			for i := range cells {
				switch {
				case r == 0:
					cells[i] = workbook.Text(fmt.Sprintf("列名%02d", i))
				case i%10 == 0:
					cells[i] = workbook.Text(fmt.Sprintf("吉安市某某商贸有限公司%06d", r))
				case i%10 == 1:
					cells[i] = workbook.Text("法人及非法人组织")
				case i%10 == 2:
					cells[i] = workbook.Text(fmt.Sprintf("91360802MA%08d", r))
				case i%10 == 5:
					cells[i] = workbook.Text("违反了有关规定，销售过期食品，数量三件")
				case i%10 == 6:
					cells[i] = workbook.Num("45294", 1)
				case i%10 == 8:
					cells[i] = workbook.Num("0.2", 0)
				}
			}
			if !yield(cells) {
				return
			}
		}
	}}}}
	return made(t, b)
}

// BenchmarkRows is a sheet from its bytes to its rows, ours and that of excelize.
func BenchmarkRows(b *testing.B) {
	for _, shared := range []bool{true, false} {
		file := penalties(b, 20_000, shared)
		b.Run(fmt.Sprintf("ours/shared=%v", shared), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book := opened(b, file)
				if _, err := book.Survey(b.Context(), book.Sheets[0], 20); err != nil {
					b.Fatal(err)
				}
				texts, err := book.Strings(b.Context(), -1)
				if err != nil {
					b.Fatal(err)
				}
				r, err := book.Rows(book.Sheets[0], texts, nil, 0, 30)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for {
					if _, err := r.Next(b.Context()); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
					n++
				}
				r.Close()
				texts.Close()
				if n != 20_001 {
					b.Fatal(n)
				}
			}
		})
		b.Run(fmt.Sprintf("excelize/shared=%v", shared), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := excelize.OpenReader(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				rows, err := f.Rows("处罚")
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for rows.Next() {
					if _, err := rows.Columns(); err != nil {
						b.Fatal(err)
					}
					n++
				}
				if err := f.Close(); err != nil || n != 20_001 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
