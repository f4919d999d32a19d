// Command bench measures creditsync against what stands beside it, by turns in one run, and fails when a floor is missed.
//
//	make bench                          every workload
//	go run ./bench -only W1,W6          some of them
//	go run ./bench -only W1 -rows 200000 -pairs 2
//
// What it needs (an engine, a broker, a PostgreSQL) it starts on free loopback ports in temporary directories, and ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"creditsync/bench/duel"
	"creditsync/bench/firstload"
	"creditsync/bench/ground"
	"creditsync/bench/postgres"
	"creditsync/bench/ready"
	"creditsync/bench/workbook"
)

func main() {
	ground.Main()
	rows := flag.Int("rows", 1_000_000, "rows of the large inputs; the small input of W1 and the workbook have a fifth of it")
	pairs := flag.Int("pairs", 5, "pairs of a workload")
	pipelines := flag.Int("pipelines", 1000, "pipelines of W7")
	only := flag.String("only", "", "workloads with commas; without it all")
	binary := flag.String("binary", "bin/creditsync", "the program to measure")
	out := flag.String("out", "bench/out", "folder of the results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(*only, *out, []workload{
		{"W1", func() (*duel.Result, error) { return firstload.Run(ctx, *binary, *rows, *rows/5, *pairs) }},
		{"W5", func() (*duel.Result, error) { return postgres.Run(ctx, *rows, *pairs) }},
		{"W6", func() (*duel.Result, error) { return workbook.Run(ctx, *rows/5, *pairs) }},
		{"W7", func() (*duel.Result, error) { return ready.Run(ctx, *binary, *pipelines, *pairs) }},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type workload struct {
	id      string
	measure func() (*duel.Result, error)
}

// run measures one workload after the other, prints all figures and then fails if a floor was missed.
func run(only, out string, all []workload) error {
	var lines strings.Builder
	var missed []string
	for _, w := range all {
		if only != "" && !strings.Contains(","+only+",", ","+w.id+",") {
			continue
		}
		r, err := w.measure()
		if err != nil {
			return err
		}
		fmt.Println(r.Table())
		lines.WriteString(r.Line())
		if err := r.Keep(out); err != nil {
			return err
		}
		if err := r.Judge(); err != nil {
			missed = append(missed, err.Error())
		}
	}
	if lines.Len() == 0 {
		return fmt.Errorf("no workload is called %q", only)
	}
	fmt.Print(duel.Head(), lines.String())
	if len(missed) > 0 {
		return fmt.Errorf("%s", strings.Join(missed, "\n       "))
	}
	return nil
}
