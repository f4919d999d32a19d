package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/schemas"
)

// MendLive holds the analysts' copy against current and adds what it lacks. It returns how many records lagged.
func (w *Warehouse) MendLive(ctx context.Context, k *schemas.Kind) (uint64, error) {
	var currentRows, currentSum, liveRows, liveSum uint64
	for _, side := range []struct {
		suffix    string
		rows, sum *uint64
	}{{"current", &currentRows, &currentSum}, {"live", &liveRows, &liveSum}} {
		sql := fmt.Sprintf("SELECT count(), sum(cityHash64(record_id, seq)) FROM (SELECT record_id, max(seq) AS seq FROM %s GROUP BY record_id)", table(k, side.suffix))
		if err := w.row(ctx, "hold "+k.Name+"_live against current", sql, side.rows, side.sum); err != nil {
			return 0, err
		}
	}
	if currentRows == liveRows && currentSum == liveSum {
		return 0, nil
	}
	behind := fmt.Sprintf("SELECT max(seq) FROM %s GROUP BY record_id HAVING max(seq) NOT IN (SELECT seq FROM %s)", table(k, "current"), table(k, "live"))
	var n uint64
	if err := w.row(ctx, "count what "+k.Name+"_live lacks", "SELECT count() FROM ("+behind+")", &n); err != nil || n == 0 {
		return n, err
	}
	columns := strings.Join(versionNames(k), ", ")
	sql := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE seq IN (%s)", table(k, "live"), columns, columns, table(k, "versions"), behind)
	return n, w.exec(ctx, "mend "+k.Name+"_live", sql)
}
