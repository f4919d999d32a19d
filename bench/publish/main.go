// Command publish takes the results of the benchmarks over into docs/performance: the samples, and the page and the plots
// that bench/report makes of them.
//
//	make bench bench-peers
//	make publish-bench
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"creditsync/bench/duel"
	"creditsync/bench/report"
)

func main() {
	from := flag.String("from", "bench/out", "folder of the results")
	to := flag.String("to", "docs/performance", "folder of the page")
	flag.Parse()
	if err := publish(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "publish:", err)
		os.Exit(1)
	}
}

func publish(from, to string) error {
	taken, err := filepath.Glob(filepath.Join(from, "*.json"))
	if err != nil {
		return err
	}
	if len(taken) == 0 {
		return fmt.Errorf("%s holds no results: make bench", from)
	}
	bodies := map[string][]byte{} // read before the folder is emptied, which may be the same
	for _, path := range taken {
		if bodies[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	results := filepath.Join(to, "results")
	if err := duel.Forget(results); err != nil {
		return err
	}
	if err := os.MkdirAll(results, 0o755); err != nil {
		return err
	}
	for name, body := range bodies {
		if err := os.WriteFile(filepath.Join(results, name), body, 0o644); err != nil {
			return err
		}
	}
	r, err := report.Read(results)
	if err != nil {
		return err
	}
	for name, text := range r.Files() {
		if err := os.WriteFile(filepath.Join(to, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
