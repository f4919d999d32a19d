package fault

import (
	"bytes"
	"errors"
	"testing"
)

func TestRescue(t *testing.T) {
	t.Parallel()
	run := func(fail bool) (err error) {
		defer Rescue(&err)
		if fail {
			var list []int
			list[len(list)] = 1
		}
		return nil
	}
	if err := run(false); err != nil {
		t.Errorf("got %v", err)
	}
	err := run(true)
	var p *Panic
	if !errors.As(err, &p) || CodeOf(err) != "run.panic" || ClassOf(err) != Run || !bytes.Contains(p.Stack, []byte("rescue_test.go")) {
		t.Errorf("got %v", err)
	}
	want := "a defect of the program ended this run: panic: runtime error: index out of range [0] with length 0\nSend the log to the developers; other runs are not affected."
	if got := Say(err, English); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
