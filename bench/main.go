// Command bench measures creditsync against what stands beside it, by turns in one run, and fails when a floor is missed.
//
//	make bench                          every workload
//	go run ./bench -only W1,W6          some of them
//	go run ./bench -only W1 -rows 200000 -pairs 2
//	make check                          this program against the one of its parent commit
//
// What it needs (an engine, a broker, a PostgreSQL) it starts on free loopback ports in temporary directories, and ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
)

func main() {
	ground.Main()
	var o options
	flag.IntVar(&o.rows, "rows", 1_000_000, "rows of the large inputs; the small input of W1 and the workbook have a fifth of it")
	flag.IntVar(&o.known, "known", 10_000_000, "known records of W2, W3 and growth: 10 GB of disk for each ten million, meanwhile 25")
	flag.IntVar(&o.pairs, "pairs", 5, "pairs of a workload")
	flag.IntVar(&o.pipelines, "pipelines", 1000, "pipelines of W7")
	flag.StringVar(&o.only, "only", "", "workloads with commas; without it all")
	flag.StringVar(&o.binary, "binary", "bin/creditsync", "the program to measure")
	flag.StringVar(&o.against, "against", "", "commit that check compares with; without it the parent commit, HEAD where the work tree has changes")
	flag.StringVar(&o.out, "out", "bench/out", "folder of the results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	all := workloads(ctx, o)
	if o.only != "" {
		all = append(all, apart(ctx, o)...)
	}
	if err := run(ctx, o, all); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	rows, known, pairs, pipelines int
	only, binary, out, against    string
}

// wants tells whether one of the workloads is asked for.
func (o options) wants(ids string) bool {
	for id := range strings.SplitSeq(ids, ",") {
		if o.only == "" || strings.Contains(","+o.only+",", ","+id+",") {
			return true
		}
	}
	return false
}

// run measures one workload after the other, prints all figures and then fails if a floor was missed.
func run(ctx context.Context, o options, all []workload) error {
	where := duel.ThisMachine(time.Now()) // before the work loads it
	if o.only == "" {
		if err := duel.Forget(o.out); err != nil { // what was measured with another commit does not stand beside this
			return err
		}
	}
	var lines strings.Builder
	var missed []string
	for _, w := range all {
		if !o.wants(w.ids) {
			continue
		}
		results, failed := w.measure()
		for _, r := range results {
			fmt.Println(r.Table())
			lines.WriteString(r.Line())
			if err := r.Keep(o.out); err != nil {
				return err
			}
			if err := r.Judge(); err != nil {
				missed = append(missed, err.Error())
			}
		}
		if failed != nil { // the others are measured all the same
			fmt.Fprintf(os.Stderr, "%s: %v\n", w.ids, failed)
			missed = append(missed, fmt.Sprintf("%s: %v", w.ids, failed))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if _, err := os.Stat(filepath.Join(o.out, duel.MachineFile)); o.only == "" || err != nil {
		if err := where.Keep(o.out); err != nil {
			return err
		}
	}
	if lines.Len() == 0 && len(missed) == 0 {
		return fmt.Errorf("no workload is called %q", o.only)
	}
	fmt.Print(duel.Head(), lines.String())
	if len(missed) > 0 {
		return fmt.Errorf("%s", strings.Join(missed, "\n       "))
	}
	return nil
}
