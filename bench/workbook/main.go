// Command workbook measures how fast the rows of a workbook (.xlsx) become Arrow batches, against the bare streaming read of
// excelize: Rows and Columns, without number formats (RawCellValue), thrown away. Both read the same file by turns in one
// run, warm, each pair next to each other, and rows and cells are counted; the control is excelize against excelize.
//
//	go run ./bench/workbook                200,000 penalties × 30 columns
//	go run ./bench/workbook -rows 20000    another size
//
// The workbook is as Excel writes it: texts in the shared table, days as serial numbers with a format, amounts as numbers.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/xuri/excelize/v2"

	"creditsync/connectors"
	"creditsync/connectors/file"
)

// sample is one read of the workbook.
type sample struct {
	Wall  float64 `json:"wall_seconds"`
	CPU   float64 `json:"own_cpu_seconds"`
	Rows  int     `json:"rows"`
	Cells int     `json:"cells"` // that are not empty
}

// result is what is printed and kept.
type result struct {
	Rows     int       `json:"rows"`
	Bytes    int64     `json:"bytes"`
	Excelize []sample  `json:"excelize"`
	Ours     []sample  `json:"ours"`
	Ratios   []float64 `json:"ratios"`  // excelize / ours, per pair
	Control  []float64 `json:"control"` // excelize / excelize, of neighbouring pairs
}

func main() {
	rows := flag.Int("rows", 200_000, "rows of the sheet")
	pairs := flag.Int("pairs", 5, "alternating pairs")
	floor := flag.Float64("floor", 0.8, "least ratio: excelize / ours")
	out := flag.String("out", "bench/out", "folder of the results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *rows, *pairs, *floor, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench/workbook:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rows, pairs int, floor float64, out string) error {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "penalties.xlsx")
	fmt.Fprintf(os.Stderr, "writing a workbook of %d penalties\n", rows)
	if err := fill(ctx, dir, path, rows); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	r := &result{Rows: rows, Bytes: info.Size()}
	for i := range pairs + 1 {
		theirs, err := bare(path)
		if err != nil {
			return err
		}
		ours, err := read(ctx, dir)
		if err != nil {
			return err
		}
		if theirs.Rows != rows || ours.Rows != rows || theirs.Cells != ours.Cells {
			return fmt.Errorf("excelize %d rows and %d cells, ours %d and %d, want %d rows", theirs.Rows, theirs.Cells, ours.Rows, ours.Cells, rows)
		}
		if i == 0 {
			continue // warms the page cache
		}
		if n := len(r.Excelize); n > 0 {
			r.Control = append(r.Control, r.Excelize[n-1].Wall/theirs.Wall)
		}
		r.Excelize, r.Ours, r.Ratios = append(r.Excelize, theirs), append(r.Ours, ours), append(r.Ratios, theirs.Wall/ours.Wall)
		fmt.Fprintf(os.Stderr, "pair %d: excelize %.2f s (CPU %.2f), ours %.2f s (CPU %.2f), ratio %.2f\n", i, theirs.Wall, theirs.CPU, ours.Wall, ours.CPU, theirs.Wall/ours.Wall)
	}
	cpu := func(s sample) float64 { return s.CPU }
	wall := func(s sample) float64 { return s.Wall }
	fmt.Printf("workbook, %d rows: excelize %.2f s (CPU %.2f), ours %.2f s (CPU %.2f); ratio %.2f (%.2f … %.2f), floor %.2f, aim 1.00, control %.2f\n", rows,
		median(r.Excelize, wall), median(r.Excelize, cpu), median(r.Ours, wall), median(r.Ours, cpu),
		middle(r.Ratios), slices.Min(r.Ratios), slices.Max(r.Ratios), floor, middle(r.Control))
	if err := keep(r, out); err != nil {
		return err
	}
	if got := middle(r.Ratios); got < floor {
		return fmt.Errorf("ratio %.2f is below %.2f", got, floor)
	}
	return nil
}

func keep(r *result, out string) error {
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "workbook.json"), append(body, '\n'), 0o644)
}

// bare reads the sheet with excelize and throws the cells away.
func bare(path string) (out sample, err error) {
	from, cpu := time.Now(), used()
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return out, err
	}
	defer f.Close()
	rows, err := f.Rows(sheetName)
	if err != nil {
		return out, err
	}
	out.Rows = -1 // the header
	for rows.Next() {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return out, err
		}
		out.Rows++
		if out.Rows == 0 {
			continue
		}
		for _, c := range cells {
			if c != "" {
				out.Cells++
			}
		}
	}
	if err := rows.Close(); err != nil {
		return out, err
	}
	out.Wall, out.CPU = time.Since(from).Seconds(), used()-cpu
	return out, nil
}

// read reads the workbook through the connector, to Arrow batches that are released at once.
func read(ctx context.Context, dir string) (out sample, err error) {
	o := file.Defaults()
	o.Path = "penalties.xlsx"
	s, err := file.New(o, connectors.Place{Dir: dir})
	if err != nil {
		return out, err
	}
	from, cpu := time.Now(), used()
	in, err := s.Open(ctx, connectors.Request{Match: func(cells []string) int { return len(cells) }})
	if err != nil {
		return out, err
	}
	defer in.Close()
	for {
		b, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			out.Wall, out.CPU = time.Since(from).Seconds(), used()-cpu
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.Rows += int(b.Rows.NumRows())
		for _, c := range b.Rows.Columns() {
			text := c.(*array.String)
			for i := range text.Len() {
				if text.ValueLen(i) > 0 {
					out.Cells++
				}
			}
		}
		b.Release()
	}
}

// used is the CPU time of this process so far, in seconds.
func used() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func median(list []sample, of func(sample) float64) float64 {
	var values []float64
	for _, s := range list {
		values = append(values, of(s))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
