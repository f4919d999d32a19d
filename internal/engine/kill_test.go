package engine

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
)

// I5: the engine is killed in the middle of inserts; the batch without an answer is sent again under its token after each
// restart. Nothing acknowledged is lost, nothing is there twice.
func TestKilledInTheMiddleOfInserts(t *testing.T) {
	t.Parallel()
	const kills, rows = 5, 5000
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	batch := 0
	for round := range kills + 1 {
		c, err := startChild(dir)
		if err != nil {
			t.Fatal(err)
		}
		c.must(t, `CREATE TABLE IF NOT EXISTS default.t (id UInt64, s String) ENGINE = MergeTree ORDER BY id
			SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1`)
		if got := c.must(t, "SELECT count() = uniqExact(id) FROM default.t"); got != "1\n" {
			t.Errorf("round %d: rows are there twice", round)
		}
		if round < kills {
			time.AfterFunc(time.Duration(100+random.IntN(400))*time.Millisecond, func() { _ = c.cmd.Process.Kill() })
		}
		for first := true; round < kills || first; first = false {
			if r := insertBatch(t, c, batch, rows); r.err != nil || r.status != http.StatusOK {
				break // killed; the batch goes out again in the next round
			}
			batch++
		}
		if round == kills {
			want := fmt.Sprintf("%d\t%d\n", batch*rows, batch*rows)
			if got := c.must(t, "SELECT count(), uniqExact(id, s) FROM default.t"); got != want || batch < kills {
				t.Errorf("after %d kills: got %q, want %q", kills, got, want)
			}
		}
		c.kill()
	}
	t.Logf("%d batches of %d rows, %d kills", batch, rows, kills)
}

func insertBatch(t *testing.T, c *child, batch, rows int) reply {
	t.Helper()
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, "%d,row %d of batch %d\n", batch*rows+i, i, batch)
	}
	return c.post(t, b.String(), "query", "INSERT INTO default.t FORMAT CSV", "insert_deduplication_token", fmt.Sprintf("run:%d", batch))
}
