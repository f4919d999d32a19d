// Command bench measures creditsync against the engine that it stands on, side by side in one run, and fails when a floor
// is missed. Figures are ratios of medians of alternating pairs, with an A/A control: the machine is noisy, the ratio is
// not.
//
//	make bench               1,000,000 penalties × 30 columns
//	go run ./bench -rows N   another size
//
// It starts one engine and one broker of its own on free loopback ports in a temporary directory, and ends them.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == engineArg {
		exit(serveEngine())
	}
	rows := flag.Int("rows", 1_000_000, "rows of the large input")
	small := flag.Int("small", 200_000, "rows of the small input, for the growth of memory")
	pairs := flag.Int("pairs", 5, "alternating pairs")
	floor := flag.Float64("floor", 0.3, "least ratio: engine's bare insert / our run")
	binary := flag.String("binary", "bin/creditsync", "the program to measure")
	out := flag.String("out", "bench/out", "folder of the results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, options{rows: *rows, small: *small, pairs: *pairs, floor: *floor, binary: *binary, out: *out}))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type options struct {
	rows, small, pairs int
	floor              float64
	binary, out        string
}

func run(ctx context.Context, o options) error {
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	result, err := b.firstLoad(ctx)
	if err != nil {
		return err
	}
	fmt.Print(result.table())
	body, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.out, "first_load.json"), append(body, '\n'), 0o644); err != nil {
		return err
	}
	return result.judge(o.floor)
}
