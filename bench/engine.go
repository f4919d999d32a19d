package main

import (
	"context"
	"encoding/json"
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

func serveEngine() error {
	var spec engineSpec
	if err := json.Unmarshal([]byte(os.Args[2]), &spec); err != nil {
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
