package property

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"

	"creditsync/schemas"
)

// row is a row of the source: which record it is about, how often that was corrected, and what is wrong with it.
type row struct {
	id, rev int
	defect  defect
}

// defect is why a row is refused; none for a row that is not.
type defect string

const (
	none    defect = ""
	noDate  defect = "valid_until"
	noBasis defect = "legal_basis"
	noKey   defect = "decision_no" // a part of the key: which record it is cannot be told
)

// most is how many records a story has at most.
const most = 24

// source is what a department has, and how it delivers it: in one file, or in two.
type source struct {
	rows []row
	two  bool
}

// file is one that is delivered.
type file struct {
	name string
	rows []row
}

// files are what a run finds: one or two, none of them empty.
func (s source) files() []file {
	if half := len(s.rows) / 2; s.two && half > 0 {
		return []file{{"1.csv", s.rows[:half]}, {"2.csv", s.rows[half:]}}
	}
	return []file{{"1.csv", s.rows}}
}

// sheets turns rows into bytes.
type sheets struct {
	kind   *schemas.Kind
	header []string
	base   [][]string // by record
}

func newSheets() *sheets {
	s := &sheets{kind: schemas.AdminPenalty()}
	s.header, s.base = schemas.Sample(s.kind, 31, most)
	return s
}

// csv is a file of the story with a number: no two stories have a record in common.
func (s *sheets) csv(story int, rows []row) []byte {
	all := [][]string{s.header}
	for _, r := range rows {
		cells := slices.Clone(s.base[r.id])
		s.set(cells, "decision_no", fmt.Sprintf("例市监处罚〔2024〕%d号", story*100+r.id+1))
		s.set(cells, "remark", fmt.Sprintf("记录%d", r.id))
		s.set(cells, "penalty_content", fmt.Sprintf("更正%d", r.rev))
		switch r.defect {
		case noDate:
			s.set(cells, "valid_until", "二零二四年")
		case noBasis, noKey:
			s.set(cells, string(r.defect), "")
		}
		all = append(all, cells)
	}
	var b bytes.Buffer
	_ = csv.NewWriter(&b).WriteAll(all) // a buffer takes all
	return b.Bytes()
}

func (s *sheets) set(cells []string, field, value string) {
	cells[slices.IndexFunc(s.kind.Fields, func(f schemas.Field) bool { return f.Name == field })] = value
}
