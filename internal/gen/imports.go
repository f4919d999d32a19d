package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// importsPage is the import table as the test in arch_test.go holds it: the page is read from the test, so that there is
// one table.
func importsPage(root string) (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "arch_test.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	table, only := variable(f, "table"), variable(f, "only")
	if table == nil || only == nil {
		return "", errors.New("arch_test.go has no variables table and only")
	}
	var b strings.Builder
	b.WriteString("# 引用表 / Import table\n\n")
	b.WriteString("`arch_test.go` 用测试守住它。Held by a test in `arch_test.go`. A folder below a listed one may import what the listed one may, and its parent. Tests may import more.\n\n")
	b.WriteString("| package | may import, of ours | why that is enough |\n| --- | --- | --- |\n")
	for _, e := range table.Elts {
		entry := e.(*ast.KeyValueExpr)
		row := entry.Value.(*ast.CompositeLit)
		var may []string
		if names, ok := row.Elts[0].(*ast.CompositeLit); ok {
			for _, n := range names.Elts {
				may = append(may, code(literal(n)))
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", literal(entry.Key), allowed(may), literal(row.Elts[1]))
	}
	b.WriteString("\n## Drivers stay in one room\n\n| module | imported by |\n| --- | --- |\n")
	for _, e := range only.Elts {
		entry := e.(*ast.KeyValueExpr)
		var rooms []string
		for _, n := range entry.Value.(*ast.CompositeLit).Elts {
			rooms = append(rooms, code(literal(n)))
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", literal(entry.Key), strings.Join(rooms, ", "))
	}
	return b.String(), nil
}

func code(s string) string { return "`" + s + "`" }

func allowed(may []string) string {
	switch {
	case len(may) == 0:
		return "nothing"
	case may[0] == "`*`":
		return "anything"
	}
	return strings.Join(may, ", ")
}

// variable is the literal that a variable of the file begins with; nil where there is none.
func variable(f *ast.File, name string) *ast.CompositeLit {
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range decl.Specs {
			if v, ok := s.(*ast.ValueSpec); ok && v.Names[0].Name == name && len(v.Values) == 1 {
				lit, _ := v.Values[0].(*ast.CompositeLit)
				return lit
			}
		}
	}
	return nil
}
