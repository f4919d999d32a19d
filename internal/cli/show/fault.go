package show

import (
	"context"
	"errors"
	"strings"

	"creditsync/internal/fault"
)

// Error is what people read of an error: its sentences, and what to do next. It ends with a line break.
func (p Printer) Error(err error) []byte {
	g := p.page()
	g.problem(err, "")
	return g.Bytes()
}

// problem adds an error, its hint on lines of its own.
func (g *page) problem(err error, indent string) {
	err = told(err)
	words, hint := fault.Words(err, g.Lang)
	said := strings.Split(strings.TrimRight(words, "\n"), "\n")
	hints := 0
	if hint != "" {
		list := strings.Split(strings.TrimRight(hint, "\n"), "\n")
		said, hints = append(said, list...), len(list)
	}
	label := g.say("错误：", "error: ")
	several := len(said)-hints > 1 // places in a file stand at the beginning of their lines, where editors make links of them
	if several {
		g.line("%s", indent+g.paint(red, strings.TrimSpace(label)))
	}
	for i, s := range said {
		switch {
		case i == 0 && !several:
			g.line("%s", indent+g.paint(red, label)+g.hang(s, columns(indent+label)))
		case i >= len(said)-hints:
			g.line("%s%s", indent+"→ ", g.hang(s, columns(indent)+2))
		default:
			g.line("%s%s", indent, s)
		}
	}
}

// told is err, or what people should read in its place: a statement that was given up because a signal ended the program
// is no news.
func told(err error) error {
	if fault.CodeOf(err) == "" && errors.Is(err, context.Canceled) {
		return fault.New(fault.Run, "run.interrupted", fault.T("已中断", "interrupted")).
			Do(fault.T("没有提交的不算数；再次运行即可继续。", "What was not committed does not count; run again to go on."))
	}
	return err
}

// Problem is an error in a JSON document.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// NewProblem is err in the printer's language; nil for nil. An error that nobody classed has the code "internal".
func (p Printer) NewProblem(err error) *Problem {
	if err == nil {
		return nil
	}
	err = told(err)
	message, hint := fault.Words(err, p.Lang)
	code := fault.CodeOf(err)
	if code == "" {
		code = "internal"
	}
	return &Problem{Code: code, Message: message, Hint: hint}
}
