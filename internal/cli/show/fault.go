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
	said := strings.Split(strings.TrimRight(fault.Say(err, g.Lang), "\n"), "\n")
	hints := 0
	if h := hintOf(err, g.Lang); h != "" {
		hints = strings.Count(h, "\n") + 1
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

// hintOf is the hint that fault.Say ends with: that of the outermost error with one.
func hintOf(err error, l fault.Language) string {
	for err != nil {
		if f, ok := err.(*fault.Error); ok {
			if h := f.Hint.In(l); h != "" {
				return h
			}
			err = f.Err
			continue
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return ""
		}
		err = u.Unwrap()
	}
	return ""
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
	hint := hintOf(err, p.Lang)
	message := fault.Say(err, p.Lang)
	if hint != "" {
		message = strings.TrimSuffix(message, "\n"+hint)
	}
	code := fault.CodeOf(err)
	if code == "" {
		code = "internal"
	}
	return &Problem{Code: code, Message: message, Hint: hint}
}
