package file

import (
	"fmt"
	"strconv"
	"strings"

	"creditsync/connectors/file/xlsx"
	"creditsync/internal/fault"
)

const (
	afterHead = 5 // rows that are looked at behind the last one that may be a header
	maxBlock  = 4 // rows of a header
	allSheets = "all"
)

// candidateSheet is a sheet with the header that was found in it.
type candidateSheet struct {
	chosenSheet
	names []string // by column of the sheet, "" for none
	hits  int
	err   error // what is wrong with the header, should the sheet be read
}

// pickSheets are the sheets that Options.Sheet means: those that are not hidden, or the one of that name or number.
func (l *look) pickSheets(name string, book *xlsx.Book) ([]int, error) {
	want := strings.TrimSpace(l.s.o.Sheet)
	var visible, all []int
	for i, s := range book.Sheets {
		if s.Name == want && want != "" {
			return []int{i}, nil
		}
		if all = append(all, i); !s.Hidden {
			visible = append(visible, i)
		}
	}
	if n, err := strconv.Atoi(want); err == nil && n >= 1 && n <= len(book.Sheets) {
		return []int{n - 1}, nil
	}
	switch {
	case want != "" && !strings.EqualFold(want, allSheets):
		var names []string
		for _, s := range book.Sheets {
			names = append(names, s.Name)
		}
		return nil, noSheet(name, want, names)
	case len(visible) == 0:
		return all, nil
	}
	return visible, nil
}

// headOf finds the header of a sheet; nil where none of its first rows has the name of a known column.
func (l *look) headOf(name string, sheet xlsx.Sheet, s xlsx.Survey) (*candidateSheet, error) {
	g := gridOf(s)
	best, at := candidate{}, block{}
	for _, row := range s.Lines {
		if want := l.s.o.HeaderRow; want > 0 && row.Number != want || want == 0 && row.Number > headLines {
			continue
		}
		b := g.blockOf(row.Number)
		names := g.names(b, l.want.Match)
		if c := judgeLine(line{cells: names, no: row.Number}, 0, l.want.Match); better(c, best) {
			best, at = c, b
		}
	}
	if best.cells == nil || best.hits == 0 && l.s.o.HeaderRow == 0 {
		return nil, nil
	}
	c := &candidateSheet{names: best.cells, hits: best.hits}
	c.sheet, c.merges, c.first = sheet, s.Merges, at.bottom+1
	where := name + "[" + sheet.Name + "]"
	for len(c.names) > 0 && c.names[len(c.names)-1] == "" {
		c.names = c.names[:len(c.names)-1]
	}
	seen := map[string]int{}
	for i, n := range c.names {
		if n == "" {
			continue
		}
		if first, twice := seen[n]; twice && c.err == nil {
			c.err = doubleSheetColumn(where, best.no, n, xlsx.ColumnName(first), xlsx.ColumnName(i))
		}
		seen[n] = i
	}
	for _, row := range s.Lines {
		if row.Number >= c.first {
			if sameCells(trimmed(row.Cells), best.cells) {
				c.err = doubledHeader(where, best.no, row.Number)
			}
			break
		}
	}
	return c, nil
}

func trimmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = trimName(c)
	}
	return out
}

// choose takes the sheets that are read from those with a header: the one with the most known columns and those with the same columns. A sheet
// that looks like data but has other columns is an error: to leave it out would lose its rows.
func (w *workbook) choose(name string, with []*candidateSheet, named bool, left *[]string) error {
	best := with[0]
	for _, c := range with {
		if c.hits > best.hits {
			best = c
		}
	}
	var taken []*candidateSheet
	for _, c := range with {
		missing, more := differ(best.names, c.names)
		switch {
		case len(missing)+len(more) == 0:
			taken = append(taken, c)
		case named || 2*c.hits >= best.hits:
			return sheetsDiffer(name, best.sheet.Name, c.sheet.Name, missing, more)
		default:
			*left = append(*left, c.sheet.Name)
		}
	}
	for i, n := range taken[0].names {
		if n != "" {
			w.names = append(w.names, n)
		} else if len(taken) == 1 {
			w.names = append(w.names, fmt.Sprintf("列%d", i+1))
		}
	}
	for _, c := range taken {
		if c.err != nil {
			return c.err
		}
		at := map[string]int{}
		for i, n := range c.names {
			if n != "" {
				at[n] = i
			} else if len(taken) == 1 {
				at[fmt.Sprintf("列%d", i+1)] = i
			}
		}
		c.width = len(c.names)
		for _, n := range w.names {
			c.pick = append(c.pick, at[n])
		}
		w.sheets = append(w.sheets, c.chosenSheet)
	}
	return nil
}

// differ compares the names of two headers, whatever their order.
func differ(a, b []string) (missing, more []string) {
	in := func(list []string) map[string]bool {
		set := map[string]bool{}
		for _, n := range list {
			set[n] = true
		}
		return set
	}
	inA, inB := in(a), in(b)
	for _, n := range a {
		if n != "" && !inB[n] {
			missing = append(missing, n)
		}
	}
	for _, n := range b {
		if n != "" && !inA[n] {
			more = append(more, n)
		}
	}
	return missing, more
}

// sheetsNote says which sheets are read and which are not.
func sheetsNote(taken []chosenSheet, left, hidden []string) fault.Text {
	var names []string
	for _, s := range taken {
		names = append(names, s.sheet.Name)
	}
	zh := "读取工作表：" + strings.Join(names, "、")
	en := "sheets that are read: " + strings.Join(names, ", ")
	if len(left) > 0 {
		zh += "；未读（表头不同或没有认得的列名）：" + strings.Join(left, "、")
		en += "; not read (another header, or no known column): " + strings.Join(left, ", ")
	}
	if len(hidden) > 0 {
		zh += "；未读（隐藏）：" + strings.Join(hidden, "、")
		en += "; not read (hidden): " + strings.Join(hidden, ", ")
	}
	return fault.Text{ZH: zh, EN: en}
}
