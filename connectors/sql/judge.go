package sql

import (
	"bytes"
	"encoding/hex"

	"creditsync/connectors"
	"creditsync/connectors/remote"
)

// judge decides whether a row is one, and makes UTF-8 of texts whose encoding the database does not know.
type judge struct {
	o       Options
	columns []column
	fed     []bool // by column: a field is fed by it
	charset *charset
	session session
	allowed float64 // share of rows that may be undecodable

	out     judged
	scratch [][]byte // by column
	bad     int64
	badRef  string
}

// judged is a row with its place. Everything in it is good until the next one.
type judged struct {
	cells [][]byte
	ref   []byte
	size  int    // bytes of text
	rule  string // why it is refused; "" where it is not
}

func newJudge(r *reader) judge {
	set, _ := namedEncoding(r.o.Encoding) // Validate saw to it
	j := judge{o: r.o, columns: r.plan.columns, charset: set, session: r.session, allowed: r.want.Undecodable}
	j.fed, j.scratch = make([]bool, len(j.columns)), make([][]byte, len(j.columns))
	for i, c := range j.columns {
		j.fed[i] = r.known(c.name)
	}
	return j
}

// row judges a row.
func (j *judge) row(cells [][]byte, names *remote.Places) (*judged, error) {
	one := &j.out
	one.cells, one.rule, one.size = append(one.cells[:0], cells...), "", 0
	suspect := j.session.suspect()
	for i, cell := range one.cells {
		if len(cell) > connectors.MaxCell {
			one.rule = connectors.RuleCellTooLarge
		} else if suspect && one.rule != connectors.RuleCellTooLarge {
			if err := j.cell(one, i, names); err != nil {
				return nil, err
			}
		}
		one.size += len(cell)
	}
	one.ref = names.Of(one.cells)
	one.size += len(one.ref)
	if one.rule == connectors.RuleUndecodable {
		if j.bad++; j.bad == 1 {
			j.badRef = string(one.ref)
		}
		if j.allowed <= 0 {
			return nil, undecodable(j.o, j.badRef, j.bad, names.Rows())
		}
	}
	return one, nil
}

// cell judges one cell, and decodes it where its encoding is not the database's to know.
func (j *judge) cell(one *judged, i int, names *remote.Places) error {
	cell := one.cells[i]
	if cell == nil {
		return nil
	}
	if s, ok := j.session.(interface{ blob(int) bool }); ok && s.blob(i) && j.charset == nil {
		if j.fed[i] {
			one.rule = connectors.RuleUndecodable
			return nil
		}
		j.scratch[i] = hex.AppendEncode(append(j.scratch[i][:0], `\x`...), cell)
		one.cells[i] = j.scratch[i]
		return nil
	}
	good := true
	if j.columns[i].kind == unknown {
		switch {
		case isASCII(cell):
		case j.charset == nil:
			return unlabelled(j.o, j.columns[i].name, string(names.Of(one.cells)))
		default:
			if one.cells[i], good = j.charset.text(j.scratch[i], cell); j.charset.enc != nil {
				j.scratch[i] = one.cells[i]
			}
		}
	} else {
		good = sound(cell)
	}
	switch {
	case !good:
		one.rule = connectors.RuleUndecodable
	case bytes.IndexByte(cell, 0) >= 0 && one.rule == "":
		one.rule = connectors.RuleNUL
	}
	return nil
}

// enough reports an error when more rows than allowed could not be decoded.
func (j *judge) enough(rows int64) error {
	if float64(j.bad) > j.allowed*float64(rows) {
		return undecodable(j.o, j.badRef, j.bad, rows)
	}
	return nil
}
