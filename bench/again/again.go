// Package again is workload W2: rows that are known already come again, in a warehouse of ten times as many, with none, one
// or a thousand of them changed: read, folded, validated, compared, the changes versioned. Against it stands the engine's
// own reading of the same file: SELECT count(), sum(cityHash64(*)) FROM file().
package again

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
	"creditsync/bench/known"
)

// Run measures each number of changes in pairs.
func Run(ctx context.Context, b *known.Base, pairs int) ([]*duel.Result, error) {
	if err := deliver(b, b.Part); err != nil {
		return nil, err
	}
	if _, _, err := b.Sync(ctx, b.Site, known.Again); err != nil { // takes the records over
		return nil, err
	}
	if err := b.Quiet(ctx); err != nil {
		return nil, err
	}
	var out []*duel.Result
	for _, changed := range []int{0, 1, min(1000, b.Rows/2)} {
		other := filepath.Join(b.Dir, fmt.Sprintf("changed-%d.csv", changed))
		if err := change(b, other, changed); err != nil {
			return nil, err
		}
		files, turn := [2]string{b.Part, other}, 0 // by turns, so that so many rows differ from the time before
		now := func() string { return files[turn%2] }
		id := "W2/" + strconv.Itoa(changed)
		r, err := duel.Duel{
			ID: id, Name: fmt.Sprintf("again_%d", changed), Rival: "bare read", Pairs: pairs, Floor: 0.5, Aim: 1,
			Title:  fmt.Sprintf("%d penalties again over %d known ones, %d changed, snapshot, lease to commit applied", b.Rows, b.Known, changed),
			Theirs: func(ctx context.Context) (duel.Sample, error) { turn++; return bare(ctx, b, now()) },
			Ours:   func(ctx context.Context) (duel.Sample, error) { return ours(ctx, b, now(), changed) },
		}.Run(ctx, os.Stderr)
		if err != nil {
			return out, err
		}
		out = append(out, r)
		if turn%2 == 1 { // the next number of changes begins with the first file's contents
			if _, err := ours(ctx, b, files[0], changed); err != nil {
				return out, err
			}
		}
	}
	return out, b.Same(ctx, ground.File(b.Part)+ground.Headed, "credit.admin_penalty WHERE pipeline = '"+known.Again+"'")
}

// change writes the first part with so many rows changed, evenly spread.
func change(b *known.Base, path string, changed int) error {
	return duel.Rewrite(b.Part, path, func(row int, line []byte) []byte {
		if step := b.Rows / max(changed, 1); changed > 0 && row%step == 0 && row/step < changed {
			return duel.Remark(line, "（已复核）")
		}
		return line
	})
}

// deliver puts the file where the pipeline looks for it.
func deliver(b *known.Base, path string) error {
	inbox := filepath.Join(b.Site, "inbox", "again.csv")
	if err := os.Remove(inbox); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Link(path, inbox)
}

// bare reads the file with the engine alone, every cell of it.
func bare(ctx context.Context, b *known.Base, path string) (duel.Sample, error) {
	from, cpu := time.Now(), b.EngineCPU()
	said, err := b.Query(ctx, "SELECT count(), sum(cityHash64(*)) FROM "+ground.File(path)+ground.Headed)
	s := duel.Sample{Wall: time.Since(from).Seconds(), Engine: b.EngineCPU() - cpu}
	if err != nil {
		return s, err
	}
	count, _, _ := strings.Cut(said, "\t")
	n, err := strconv.ParseInt(count, 10, 64)
	s.Counts = map[string]int64{"rows": n}
	return s, err
}

// ours runs the pipeline on the file.
func ours(ctx context.Context, b *known.Base, path string, changed int) (duel.Sample, error) {
	if err := deliver(b, path); err != nil {
		return duel.Sample{}, err
	}
	o, s, err := b.Sync(ctx, b.Site, known.Again)
	if err == nil && (o.Updated != uint64(changed) || o.Updated+o.Unchanged != o.Read) {
		err = fmt.Errorf("%d rows are changed: %+v", changed, o)
	}
	s.Counts = map[string]int64{"rows": int64(o.Read), "changed": int64(changed)}
	return s, err
}
