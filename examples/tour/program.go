package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"creditsync/internal/fault"
)

// program is the creditsync that is shown, called in the working folder.
type program struct{ path, dir string }

func findProgram(path, dir string) (program, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(abs)
	}
	if err != nil {
		return program{}, fault.New(fault.Environment, "tour.no_program", fault.T("没有 %s", "there is no %s", path)).Because(err).
			Do(fault.T("先运行 make build，并在源码文件夹里启动导览。", "Run make build first, and start the tour in the checkout."))
	}
	return program{abs, dir}, nil
}

// command is a call of creditsync. Ctrl-C reaches it only through ctx, so that it is asked to end once and not twice; it has
// as long as it says it takes.
func (p program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	return cmd
}

// shown runs a command whose output goes to the reader as it is.
func (t *tour) shown(ctx context.Context, args ...string) error {
	t.command("creditsync "+strings.Join(args, " "), "")
	t.blank = false // after what it prints
	cmd := t.program.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = t.page.out, os.Stderr
	return failed(cmd.Run(), args)
}

// document runs a command for its JSON.
func (p program) document(ctx context.Context, into any, args ...string) error {
	cmd := p.command(ctx, append(args, "--json")...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return failed(err, args)
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("read the document of creditsync %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// failed says which command ended how.
func failed(err error, args []string) error {
	var exit *exec.ExitError
	if err == nil || !errors.As(err, &exit) {
		return err
	}
	return fault.New(fault.Class(max(1, min(exit.ExitCode(), 3))), "tour.command",
		fault.T("creditsync %[1]s 的退出状态是 %[2]d，应为 0", "creditsync %[1]s ended with status %[2]d instead of 0", strings.Join(args, " "), exit.ExitCode()))
}
