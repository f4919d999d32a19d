package ground

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"creditsync/internal/engine"
	"creditsync/internal/engine/native"
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
		Library: spec.Library, Dir: spec.Dir, HTTP: "127.0.0.1:0", Native: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
		NewNative: func(e *engine.Engine, o engine.ServerOptions) (engine.Front, error) { return native.New(e, o) },
		Engine:    engine.Options{TimeZone: "Asia/Shanghai", AllowFileFunctions: true},
		Lock: func(context.Context, string) (func(map[string]string) error, func() error, error) {
			return func(map[string]string) error { return nil }, func() error { return nil }, nil
		},
		Ready: func(addresses map[string]string) { _ = json.NewEncoder(os.Stdout).Encode(addresses) },
	})
}

// Engine starts this program again as an engine on the folder, and returns it with where it listens ("http" and "native",
// host:port) when it answers; Stop ends it. The library is the one that the binary finds.
func Engine(binary, dir string) (*exec.Cmd, map[string]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	library, err := engine.FindLibrary("", os.Getenv, binary)
	if err != nil {
		return nil, nil, err
	}
	spec, err := json.Marshal(engineSpec{Library: library, Dir: dir})
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(self, engineArg, string(spec))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is ours to pass on
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	var addresses map[string]string
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &addresses)
	}
	if err != nil {
		Stop(cmd)
		return nil, nil, fmt.Errorf("the engine did not start: %w", err)
	}
	return cmd, addresses, nil
}

// Stop asks a process to end, and waits for it.
func Stop(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(syscall.SIGTERM) // an error: it has ended already
	_ = cmd.Wait()
}
