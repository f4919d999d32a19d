package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/process"
)

// A child that shows no sign of life is ended and started again; one that is only too busy to answer is left alone.
func TestPart_HangingChildIsReplaced(t *testing.T) {
	t.Parallel()
	errMute := errors.New("no answer")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	busy := 3 * mutes // asks that only a sign of life answers
	started := 0
	p := newPart("engine", &App{Options: Options{Log: slog.New(slog.DiscardHandler), Now: time.Now}})
	p.every = time.Millisecond
	p.find = func(ctx context.Context) (string, *process.Child, error) {
		if started++; started == 3 {
			cancel()
		}
		c, err := process.Start(ctx, process.Spec{What: "engine", Path: "/bin/sh", Args: []string{"-c", "echo '{}' >&4; exec sleep 600"}, Log: filepath.Join(t.TempDir(), "log")})
		return "here", c, err
	}
	p.open, p.shut = func(context.Context, string) error { return nil }, func() {}
	p.ask = func(context.Context) error { return errMute }
	p.alive = func(_ context.Context, address string) error {
		if busy--; busy >= 0 && address == "here" {
			return nil
		}
		return errMute
	}
	p.run(ctx)
	if started != 3 || p.restarts != 2 || busy >= 0 {
		t.Errorf("started %d times, %d restarts, %d asks were left: %v", started, p.restarts, busy, p.why)
	}
	if fault.CodeOf(p.why) != "serve.part_hangs" {
		t.Errorf("the reason: %v", p.why)
	}
}
