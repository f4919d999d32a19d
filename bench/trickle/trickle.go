// Package trickle is workload W3: a hundred rows of a database have changed since the last run; from the start of the
// command until a consumer that reads committed messages has all hundred, over many known records.
package trickle

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"creditsync/bench/duel"
	"creditsync/bench/known"
	"creditsync/bench/topic"
	"creditsync/internal/bus"
	"creditsync/schemas"
)

// changed is how many rows change between two runs.
const changed = 100

// patience bounds one run.
const patience = 2 * time.Minute

// Run measures so many runs.
func Run(ctx context.Context, b *known.Base, times int) (*duel.Result, error) {
	db, err := sql.Open("sqlite", filepath.Join(b.Site, "trickle.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	t := &trickle{base: b, db: db}
	if err := t.fill(ctx); err != nil {
		return nil, err
	}
	if _, _, err := b.Sync(ctx, b.Site, known.Trickle); err != nil { // takes the records over
		return nil, err
	}
	if err := b.Quiet(ctx); err != nil {
		return nil, err
	}
	return duel.Race{
		ID: "W3", Name: "trickle", Times: times, Most: 1, Aim: 0.3,
		Title: fmt.Sprintf("%d changed rows of a SQLite table, incremental, over %d known records, start of the command to committed on Kafka", changed, b.Known),
		Ours:  t.once,
	}.Run(ctx, os.Stderr)
}

type trickle struct {
	base *known.Base
	db   *sql.DB
	rows int // of the table
	time int // the value of the cursor
}

// once changes rows, runs the pipeline and listens.
func (t *trickle) once(ctx context.Context) (duel.Sample, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := t.change(ctx); err != nil {
		return duel.Sample{}, err
	}
	ear, err := topic.FromEnd(ctx, t.base.Broker(), bus.TopicOf(schemas.AdminPenalty().Name))
	if err != nil {
		return duel.Sample{}, err
	}
	defer ear.Close()
	heard := make(chan error, 1)
	var told time.Time
	records := map[string]bool{}
	from := time.Now()
	go func() {
		err := ear.Take(ctx, changed, func(m *kgo.Record) error { records[hex.EncodeToString(m.Key)] = true; return nil })
		told = time.Now()
		heard <- err
	}()
	o, s, err := t.base.Sync(ctx, t.base.Site, known.Trickle)
	if err == nil && o.Updated != changed {
		err = fmt.Errorf("%d rows are changed: %+v", changed, o)
	}
	if err != nil {
		cancel()
	}
	if err := errors.Join(err, <-heard); err != nil {
		return s, err
	}
	if len(records) != changed {
		return s, fmt.Errorf("the messages are of %d records, not of %d", len(records), changed)
	}
	s.Wall = told.Sub(from).Seconds()
	s.Counts = map[string]int64{"messages": int64(len(records))}
	return s, nil
}

// change gives a hundred rows, others each time, another remark and a later cursor.
func (t *trickle) change(ctx context.Context) error {
	t.time++
	first := t.time * changed % (t.rows - changed)
	_, err := t.db.ExecContext(ctx, "UPDATE penalty SET remark = ?, changed = ? WHERE id > ? AND id <= ?", fmt.Sprintf("第%d次复核", t.time), t.time, first, first+changed)
	return err
}
