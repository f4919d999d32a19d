package connectorstest

import (
	"fmt"
	"strings"
	"testing"

	"creditsync/connectors"
)

// Fixture is what the clauses need of a connector.
type Fixture struct {
	// Definition under test; its modes are the capabilities that it declares.
	Definition connectors.Definition
	// New makes a system that is reachable and holds nothing to read. It cleans up by t.Cleanup.
	New func(t *testing.T) System
}

// System is a source system in the hands of one test.
type System interface {
	// Source of a pipeline that reads the system as it is now.
	Source(t *testing.T) connectors.Source
	// Fill makes the system hold exactly this table, as one input, whatever it held before. Every cell is a value of
	// UTF-8 without NULs, some over connectors.MaxCell; the first column is a key and rows are to be read in this order.
	Fill(t *testing.T, table Table)
	// Break makes a read of what the system holds end in an error after a good part of the rows, as a lost connection or
	// a file cut short does.
	Break(t *testing.T)
	// Remove makes the system unreachable: a folder or a server that is not there.
	Remove(t *testing.T)
}

// Table is what a System is filled with.
type Table struct {
	Header []string
	Rows   [][]string
}

// Request that a source filled with a Table is read by.
func (t Table) Request() connectors.Request {
	return connectors.Request{Receipt: "回执号", Match: func(cells []string) int {
		n := 0
		for _, c := range cells {
			for _, h := range t.Header {
				if c == h {
					n++
				}
			}
		}
		return n
	}}
}

// numbered is a table of n rows that can be told apart.
func numbered(n int) Table {
	t := Table{Header: []string{"编号", "名称", "备注"}}
	for i := range n {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%07d", i), fmt.Sprintf("吉安市第%d号有限公司", i), ""})
	}
	return t
}

// awkward is a table of cells that are easily changed on the way.
func awkward() Table {
	t := Table{Header: []string{"编号", "名称", "备注"}}
	for i, cell := range []string{
		`双"引"号`, "逗号,分号;竖线|制表\t符", "第一行\n第二行", "第一行\r\n第二行", " 前后有空格 ", "\u3000全角空格\u3000", "0012", "1e5", "NULL", "null",
		`\N`, `反\斜杠\`, "𠮷安市 𪚥", "é e\u0301", "2024/1/3", "'单引号'", `"`, `""`, "\u200b零宽", "<b>&amp;</b>", "吉市监处罚〔2024〕12号", "-0", "+1", "=1+1", "",
	} {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%07d", i), cell, "完"})
	}
	return t
}

// large is a table of n cells of size bytes.
func large(n, size int) Table {
	t := Table{Header: []string{"编号", "名称", "备注"}}
	text := strings.Repeat("文", size/3) + strings.Repeat("x", size%3)
	for i := range n {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%07d", i), text, ""})
	}
	return t
}
