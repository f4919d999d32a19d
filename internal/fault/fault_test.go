package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// Of joined errors the one that decides the exit status is said, with its own hint and code; the others are for the log.
func TestWords_OfJoinedErrors(t *testing.T) {
	t.Parallel()
	run := New(Run, "a.run", T("运行", "the run failed")).Do(T("再来", "run again"))
	full := New(Environment, "a.full", T("写 x", "x is written")).Because(syscall.ENOSPC).Do(Disk(syscall.ENOSPC))
	input := New(Input, "a.input", T("错", "the input is wrong")).Do(T("改", "mend it"))
	plain := errors.New("plain")
	for _, c := range []struct {
		name             string
		err              error
		class            Class
		code, said, hint string
	}{
		{"the worst is last", errors.Join(run, full), Environment, "a.full", "x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
		{"the worst is first", errors.Join(full, run), Environment, "a.full", "x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
		{"three", errors.Join(run, input, full), Input, "a.input", "the input is wrong", "mend it"},
		{"two alike", errors.Join(full, full), Environment, "a.full", "x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
		{"one is not classed", errors.Join(plain, full), Environment, "a.full", "x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
		{"none is classed", errors.Join(plain, plain), Run, "", "plain\nplain", ""},
		{"below a fault", New(Run, "b.outer", T("外", "outer")).Because(errors.Join(run, full)), Run, "b.outer", "outer: x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
		{"wrapped", fmt.Errorf("wrapped: %w", errors.Join(run, full)), Environment, "a.full", "x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
		{"a join of a join", errors.Join(run, errors.Join(plain, full)), Environment, "a.full", "x is written: no space left on device", "The disk is full, or the quota is used up: make room and try again."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ClassOf(c.err); got != c.class {
				t.Errorf("class %d, want %d", got, c.class)
			}
			if got := CodeOf(c.err); got != c.code {
				t.Errorf("code %q, want %q", got, c.code)
			}
			said, hint := Words(c.err, English)
			if said != c.said || hint != c.hint {
				t.Errorf("got %q with hint %q, want %q with %q", said, hint, c.said, c.hint)
			}
			want := strings.TrimSuffix(c.said+"\n"+c.hint, "\n")
			if got := Say(c.err, English); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// Every trouble of a disk has a word of its own to act on, in both languages, however deep it is in the chain.
func TestDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		zh, en string
	}{
		{syscall.ENOSPC, "磁盘已满", "The disk is full"},
		{syscall.EDQUOT, "超出配额", "the quota is used up"},
		{syscall.EROFS, "只读", "read-only"},
		{syscall.EACCES, "没有权限", "Not permitted"},
		{syscall.EPERM, "没有权限", "Not permitted"},
		{fs.ErrPermission, "没有权限", "Not permitted"},
		{syscall.EIO, "备份", "backup"},
		{errors.New("anything"), "磁盘空间", "the free space"},
		{nil, "磁盘空间", "the free space"},
	} {
		for _, err := range []error{c.err, &fs.PathError{Op: "open", Path: "x", Err: c.err}, errors.Join(errors.New("first"), c.err)} {
			if got := Disk(err); !strings.Contains(got.ZH, c.zh) || !strings.Contains(got.EN, c.en) {
				t.Errorf("%v: got %+v, want %q and %q", err, got, c.zh, c.en)
			}
		}
	}
}

// What the system says is said in Chinese to who reads Chinese, with the system's own words.
func TestWords_OfTheSystem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cause  error
		zh, en string
	}{
		{syscall.ECONNREFUSED, "连不上：连接被拒绝（connection refused）", "no way: connection refused"},
		{&fs.PathError{Op: "open", Path: "a.csv", Err: syscall.EACCES}, "连不上：open a.csv: 没有权限（permission denied）", "no way: open a.csv: permission denied"},
		{syscall.ENOEXEC, "连不上：exec format error", "no way: exec format error"},
		{errors.New("their own words"), "连不上：their own words", "no way: their own words"},
	} {
		err := New(Environment, "a.b", T("连不上", "no way")).Because(c.cause)
		if zh, en := Say(err, Chinese), Say(err, English); zh != c.zh || en != c.en {
			t.Errorf("got %q and %q, want %q and %q", zh, en, c.zh, c.en)
		}
	}
}
