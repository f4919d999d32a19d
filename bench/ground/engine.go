package ground

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"creditsync/internal/engine"
)

// engineArg makes this program the engine that both sides are measured on. It may read files, which the one of the
// product never may.
const engineArg = "serve-engine"

type engineSpec struct{ Library, Dir string }

// Main turns the process into the engine if that is what it was started for; it does not return then.
func Main() {
	if len(os.Args) < 3 || os.Args[1] != engineArg {
		return
	}
	if err := serveEngine(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bench: engine:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serveEngine(arg string) error {
	var spec engineSpec
	if err := json.Unmarshal([]byte(arg), &spec); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return engine.Run(ctx, engine.RunOptions{
		Library: spec.Library, Dir: spec.Dir, HTTP: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
		Engine: engine.Options{TimeZone: "Asia/Shanghai", AllowFileFunctions: true},
		Lock: func(context.Context, string) (func(map[string]string) error, func() error, error) {
			return func(map[string]string) error { return nil }, func() error { return nil }, nil
		},
		Ready: func(addresses map[string]string) { _ = json.NewEncoder(os.Stdout).Encode(addresses) },
	})
}
