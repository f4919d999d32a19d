package jsonrows

import (
	"fmt"

	"creditsync/internal/fault"
)

// Syntax says where a text is not JSON, or not the JSON that was asked for.
type Syntax struct {
	Line, Column int // from 1 on, in characters; of a single object only the column is known
	What         fault.Text
	// Truncated: the text ends where more must come.
	Truncated bool
	// Shape: it is JSON, but not the one that is read.
	Shape bool
}

// Error is the English sentence.
func (e *Syntax) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.What.EN)
}

func expected(what string) fault.Text {
	if what == `"` {
		return fault.T("这里应为双引号", "a double quote is expected here")
	}
	return fault.T("这里应为 %s", "%s is expected here", what)
}

func truncated() fault.Text { return fault.T("文件在这里中断了", "the text breaks off here") }

func extra() fault.Text {
	return fault.T("数据结束之后还有内容", "something follows the end of the data")
}
