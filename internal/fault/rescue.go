package fault

import (
	"fmt"
	"runtime/debug"
)

// Panic is what a goroutine panicked with, and where.
type Panic struct {
	Value any
	Stack []byte
}

// Error is the value alone; the stack is for a log.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Rescue turns a panic of the goroutine that defers it into an error of class Run, "run.panic", with a *Panic in its chain.
// Every goroutine that works for one run of many defers it, because a panic anywhere else ends the process and with it all
// the others.
func Rescue(err *error) {
	if what := recover(); what != nil {
		*err = New(Run, "run.panic", T("程序缺陷中止了这次运行", "a defect of the program ended this run")).Because(&Panic{what, debug.Stack()}).
			Do(T("请把日志发给开发者；其他运行不受影响。", "Send the log to the developers; other runs are not affected."))
	}
}
