package xlsx

import (
	"strconv"

	"creditsync/connectors"
)

func errOrder() error { return because("单元格的次序不对", "its cells are not in order") }

func errNested() error {
	return because("标记没有正确配对", "its elements are not closed as they were opened")
}

// cellTypes of a cell (ECMA-376 part 1, 18.18.11).
type cellType uint8

const (
	number cellType = iota
	shared
	inline
	formula // the text that is a formula's result
	boolean
	errorValue
	isoDate
)

func typeOf(t []byte) cellType {
	switch string(t) {
	case "s":
		return shared
	case "inlineStr":
		return inline
	case "str":
		return formula
	case "b":
		return boolean
	case "e":
		return errorValue
	case "d":
		return isoDate
	}
	return number
}

// head is what the opening tag of a cell says.
type head struct {
	column int
	typ    cellType
	style  int
}

// cellHead reads the attributes of <c>. Without a place the cell stands behind the one before.
func cellHead(t *tag, next int) (h head, err error) {
	h.column = next
	for rest := t.attrs; ; {
		name, value, more := nextAttr(rest)
		if len(name) == 0 {
			return h, nil
		}
		rest = more
		if len(name) > 1 {
			continue
		}
		switch name[0] {
		case 'r':
			column, _, ok := parseRef(value)
			if !ok {
				return h, errRef()
			}
			h.column = column
		case 't':
			h.typ = typeOf(value)
		case 's':
			if h.style, err = strconv.Atoi(string(value)); err != nil {
				h.style = 0
			}
		}
	}
}

// cell reads the cell whose opening tag t ends at i into the row, and returns where it is closed; ok is false where b ends
// before that.
func (r *Rows) cell(b []byte, i int, h head) (end int, ok bool, err error) {
	row := &r.row
	from, valued, computed := len(row.Text), false, false
	for {
		k := indexTag(b[i:])
		if k < 0 {
			return 0, false, nil
		}
		t, end, ok := readTag(b, i+k)
		if !ok {
			return 0, false, nil
		}
		i = end
		switch {
		case t.form == closing:
			if string(t.name) != "c" {
				return 0, false, errNested()
			}
			if computed && !valued {
				row.refuse(connectors.RuleNoResult, h.column)
			}
			row.end(h.column, from)
			return i, true, nil
		case t.form == doctype:
			return 0, false, errDoctype()
		case t.form == single:
			computed = computed || string(t.name) == "f"
			valued = valued || string(t.name) == "v" && h.typ == formula
		case t.form != opening:
		case string(t.name) == "v":
			if i, ok, err = r.value(b, i, h); !ok || err != nil {
				return 0, false, err
			}
			valued = valued || len(row.Text) > from || h.typ == formula
		case string(t.name) == "is" && h.typ == inline:
			if row.Text, i, ok = appendRich(row.Text, b, i); !ok {
				return 0, false, nil
			}
			row.judge(h.column, from)
			valued = true
		default:
			computed = computed || string(t.name) == "f"
			if i, ok = skip(b, i, &t); !ok {
				return 0, false, nil
			}
		}
	}
}

// value reads the content of <v>, which begins at i, as what its cell's type says.
func (r *Rows) value(b []byte, i int, h head) (end int, ok bool, err error) {
	row := &r.row
	from := len(row.Text)
	row.Text, end, ok = appendContent(row.Text, b, i)
	if !ok {
		return 0, false, nil
	}
	if h.typ == formula {
		row.Text = unescape(row.Text, from)
		row.judge(h.column, from)
		return end, true, nil
	}
	r.raw = append(r.raw[:0], row.Text[from:]...)
	row.Text = row.Text[:from]
	switch h.typ {
	case shared:
		row.Text, err = appendShared(row.Text, r.raw, r.texts)
		row.judge(h.column, from)
	case boolean:
		row.Text = append(row.Text, truth(r.raw)...)
	case isoDate:
		row.Text = appendISODate(row.Text, r.raw)
	case number:
		if len(r.raw) == 0 {
			break
		}
		style := &r.book.plain
		if h.style > 0 && h.style < len(r.book.styles) {
			style = &r.book.styles[h.style]
		} else if h.style == 0 && len(r.book.styles) > 0 {
			style = &r.book.styles[0]
		}
		if row.Text, ok = appendNumber(row.Text, r.raw, style, r.book.epoch); !ok {
			row.refuse(connectors.RuleShownAsOther, h.column)
		}
	default:
		row.Text = append(row.Text, r.raw...)
	}
	return end, true, err
}

func truth(v []byte) string {
	if string(v) == "0" || string(v) == "false" {
		return "FALSE"
	}
	return "TRUE"
}
