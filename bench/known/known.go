// Package known is what the workloads on many known records stand on: a warehouse that holds them, loaded by one run of a
// snapshot through the whole road, an Apache Kafka that was told of each, and two pipelines that own some of them. It also
// tells whether a row costs more CPU where there are ten times as many.
package known

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"creditsync/bench/duel"
	"creditsync/bench/firstload"
	"creditsync/bench/ground"
)

// The pipelines of the site. Again and Trickle take over, with their higher priority, the records that they deliver.
const (
	All     = "known"
	Again   = "again"
	Trickle = "trickle"
)

// few is how many rows the pipeline Trickle has.
const few = 10_000

// Base is the warehouse.
type Base struct {
	*ground.Ground
	Site string // folder of the configuration
	Rows int    // records of the pipeline Again, and of each part of the known ones
	Part string // the first part, as a file; it is for the pipeline Again
	Few  string // some rows of the last part, as a file; they are for the pipeline Trickle
	// Load is the run that loaded them all, Small one of a tenth or so of them into empty tables, for the growth.
	Load, Small duel.Sample
	Known       int         // all records
	Bare        duel.Sample // the engine's bare insert of all of them
}

// Start loads so many known records, in parts of so many rows. Close ends what it started.
func Start(ctx context.Context, binary string, rows, known int) (*Base, error) {
	g, err := ground.Start(binary)
	if err != nil {
		return nil, err
	}
	b := &Base{Ground: g, Rows: rows, Known: max(known/rows, 1) * rows}
	if err := b.load(ctx); err != nil {
		g.Close()
		return nil, err
	}
	return b, nil
}

func (b *Base) load(ctx context.Context) error {
	parts, err := b.parts(ctx)
	if err != nil {
		return err
	}
	b.Part = filepath.Join(b.Dir, "part.csv")
	if err := os.Link(parts[0], b.Part); err != nil {
		return err
	}
	b.Few = filepath.Join(b.Dir, "few.csv")
	if err := duel.Rewrite(parts[len(parts)-1], b.Few, func(row int, line []byte) []byte {
		if row >= few {
			return nil
		}
		return line
	}); err != nil {
		return err
	}
	if b.Small, err = b.first(ctx, parts[:1]); err != nil {
		return err
	}
	if b.Load, err = b.first(ctx, parts); err != nil {
		return err
	}
	if err := b.bare(ctx, parts); err != nil {
		return err
	}
	for _, p := range parts { // they take six gigabytes
		if err := os.Remove(p); err != nil {
			return err
		}
	}
	return b.Quiet(ctx)
}

// bare loads the parts with the engine alone, into a table that goes again.
func (b *Base) bare(ctx context.Context, parts []string) error {
	err := b.Quiet(ctx)
	if err != nil {
		return err
	}
	if b.Bare, err = firstload.Bare(ctx, b.Ground, filepath.Join(filepath.Dir(parts[0]), "known-*.csv")); err != nil {
		return err
	}
	if b.Bare.Counts["rows"] != int64(b.Known) {
		return fmt.Errorf("the bare insert has %d rows, not %d", b.Bare.Counts["rows"], b.Known)
	}
	_, err = b.Query(ctx, "DROP TABLE bench.bare SYNC")
	return err
}

// parts are files of rows, each with document numbers of its own, so that no record is in two of them.
func (b *Base) parts(ctx context.Context) ([]string, error) {
	template, err := duel.Penalties(ctx, filepath.Join(b.Dir, "template"), b.Rows)
	if err != nil {
		return nil, err
	}
	defer os.Remove(template)
	n := b.Known / b.Rows
	digits := len(fmt.Sprint(n - 1))
	var parts []string
	for i := range n {
		path := filepath.Join(b.Dir, fmt.Sprintf("known-%0*d.csv", digits, i))
		own := fmt.Sprintf("%0*d", digits, i)
		if err := duel.Rewrite(template, path, func(_ int, line []byte) []byte { return duel.Renumber(line, own) }); err != nil {
			return nil, err
		}
		parts = append(parts, path)
	}
	return parts, nil
}

// first loads the parts into a new site's empty tables, as one snapshot.
func (b *Base) first(ctx context.Context, parts []string) (duel.Sample, error) {
	rows := int64(len(parts) * b.Rows)
	fmt.Fprintf(os.Stderr, "loading %d records\n", rows)
	site, err := b.OnKafka(ctx, pipelines)
	if err != nil {
		return duel.Sample{}, err
	}
	if err := b.Prepare(ctx, site, All); err != nil { // or the small load pays for tables as much as the large one
		return duel.Sample{}, err
	}
	for _, p := range parts {
		if err := os.Link(p, filepath.Join(site, "inbox", filepath.Base(p))); err != nil {
			return duel.Sample{}, err
		}
	}
	if b.Site != "" {
		if err := os.RemoveAll(b.Site); err != nil {
			return duel.Sample{}, err
		}
	}
	b.Site = site
	o, s, err := b.Sync(ctx, site, All)
	if err == nil && o.Inserted != uint64(rows) {
		err = fmt.Errorf("of %d rows %d became records", rows, o.Inserted)
	}
	return s, err
}

const pipelines = `  - {name: known, kind: admin_penalty, mode: snapshot, source: {file: {path: "inbox/known-*.csv"}}}
  - {name: again, kind: admin_penalty, mode: snapshot, priority: 1, source: {file: {path: inbox/again.csv}}}
  - {name: trickle, kind: admin_penalty, mode: incremental, priority: 2, source: {sql: {engine: sqlite, file: trickle.db, table: penalty, cursor: changed, lag: 0}}}
`
