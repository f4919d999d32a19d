// Command postgres measures how fast the rows of a PostgreSQL table become Arrow batches, against the server's own
// COPY (…) TO STDOUT of the same rows in the same order, thrown away. Both are read by turns in one run, warm, each
// pair next to each other, and counted; the control is COPY against COPY.
//
//	go run ./bench/postgres                 1,000,000 penalties × 30 columns
//	go run ./bench/postgres -rows 100000    another size
//
// It starts a server of its own on a free loopback port in a temporary directory, and ends it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"creditsync/connectors"
	source "creditsync/connectors/sql"
	"creditsync/internal/testkit/postgres"
)

// sample is one read of all rows.
type sample struct {
	Wall  float64 `json:"wall_seconds"`
	CPU   float64 `json:"own_cpu_seconds"`
	Rows  int64   `json:"rows"`
	Bytes int64   `json:"bytes"`
}

// result is what is printed and kept.
type result struct {
	Rows    int64     `json:"rows"`
	Copy    []sample  `json:"copy"`
	Ours    []sample  `json:"ours"`
	Ratios  []float64 `json:"ratios"`  // COPY / ours, per pair
	Control []float64 `json:"control"` // COPY / COPY, of neighbouring pairs
	PeakMiB float64   `json:"peak_mib"`
}

func main() {
	rows := flag.Int("rows", 1_000_000, "rows of the table")
	pairs := flag.Int("pairs", 5, "alternating pairs")
	floor := flag.Float64("floor", 0.5, "least ratio: COPY / ours")
	out := flag.String("out", "bench/out", "folder of the results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *rows, *pairs, *floor, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench/postgres:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rows, pairs int, floor float64, out string) error {
	server, err := postgres.Start(ctx, "shared_buffers=1GB", "max_wal_size=4GB", "synchronous_commit=off")
	if err != nil {
		return err
	}
	defer server.Stop()
	if err := fill(ctx, server, rows); err != nil {
		return err
	}
	r := &result{Rows: int64(rows)}
	for i := range pairs + 1 {
		theirs, err := bare(ctx, server)
		if err != nil {
			return err
		}
		ours, err := read(ctx, server)
		if err != nil {
			return err
		}
		if theirs.Rows != r.Rows || ours.Rows != r.Rows {
			return fmt.Errorf("%d rows by COPY and %d ours, want %d", theirs.Rows, ours.Rows, rows)
		}
		if i == 0 {
			continue // warms the server's memory
		}
		if n := len(r.Copy); n > 0 {
			r.Control = append(r.Control, r.Copy[n-1].Wall/theirs.Wall)
		}
		r.Copy, r.Ours, r.Ratios = append(r.Copy, theirs), append(r.Ours, ours), append(r.Ratios, theirs.Wall/ours.Wall)
		fmt.Fprintf(os.Stderr, "pair %d: COPY %.2f s, ours %.2f s, ratio %.2f\n", i, theirs.Wall, ours.Wall, theirs.Wall/ours.Wall)
	}
	r.PeakMiB = peak()
	fmt.Printf("PostgreSQL, %d rows: COPY %.2f s, ours %.2f s, own CPU %.2f s; ratio %.2f (%.2f … %.2f), control %.2f; peak %.0f MiB\n", rows,
		median(r.Copy, wall), median(r.Ours, wall), median(r.Ours, func(s sample) float64 { return s.CPU }),
		middle(r.Ratios), slices.Min(r.Ratios), slices.Max(r.Ratios), middle(r.Control), r.PeakMiB)
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
	return os.WriteFile(filepath.Join(out, "postgres.json"), append(body, '\n'), 0o644)
}

// fill makes the table from the file that the other benchmarks read.
func fill(ctx context.Context, server *postgres.Server, rows int) error {
	dir, err := os.MkdirTemp("", "creditsync-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(os.Stderr, "writing %d penalties\n", rows)
	gen := exec.CommandContext(ctx, "python3", "e2e/generator/penalties.py", "--rows", strconv.Itoa(rows), "--seed", "3", "--encoding", "utf-8",
		"--defects", "0", "--warnings", "0", "--duplicates", "0", "--no-truth", "--header", "field", "--eol", "lf", "--out", dir)
	if out, err := gen.CombinedOutput(); err != nil {
		return fmt.Errorf("write the input: %w: %s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "penalties.csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 1<<16)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	header, _, _ := strings.Cut(string(head[:n]), "\n")
	columns := strings.Split(header, ",")
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE TABLE penalty (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "+strings.Join(columns, " text, ")+" text)"); err != nil {
		return err
	}
	if _, err := conn.PgConn().CopyFrom(ctx, f, "COPY penalty ("+header+") FROM STDIN (FORMAT csv, HEADER)"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM (FREEZE, ANALYZE) penalty")
	return err
}

// bare reads the rows as fast as the server gives them, and throws them away.
func bare(ctx context.Context, server *postgres.Server) (sample, error) {
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return sample{}, err
	}
	defer conn.Close(ctx)
	from, cpu := time.Now(), used()
	var n counter
	tag, err := conn.PgConn().CopyTo(ctx, &n, "COPY (SELECT * FROM penalty ORDER BY id) TO STDOUT")
	return sample{Wall: time.Since(from).Seconds(), CPU: used() - cpu, Rows: tag.RowsAffected(), Bytes: int64(n)}, err
}

// counter throws away and counts.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// read reads the rows through the connector, to Arrow batches that are released at once.
func read(ctx context.Context, server *postgres.Server) (sample, error) {
	o := source.Defaults()
	o.Engine, o.Host, o.Port, o.Database, o.Table = "postgres", "127.0.0.1", server.Port, "postgres", "penalty"
	o.User, o.Password = postgres.User, connectors.NewSecret(postgres.Password)
	s, err := source.New(o)
	if err != nil {
		return sample{}, err
	}
	from, cpu := time.Now(), used()
	in, err := s.Open(ctx, connectors.Request{Match: func(cells []string) int { return len(cells) }})
	if err != nil {
		return sample{}, err
	}
	defer in.Close()
	var out sample
	for {
		b, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, err
		}
		out.Rows += b.Rows.NumRows()
		b.Release()
	}
	out.Bytes, _ = in.Read()
	out.Wall, out.CPU = time.Since(from).Seconds(), used()-cpu
	return out, nil
}

// used is the CPU time of this process.
func used() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// peak is what this process has had from the system at most.
func peak() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys) / (1 << 20)
}

func wall(s sample) float64 { return s.Wall }

func median(list []sample, of func(sample) float64) float64 {
	values := make([]float64, len(list))
	for i, s := range list {
		values[i] = of(s)
	}
	return middle(values)
}

func middle(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
