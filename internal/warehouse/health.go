package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/internal/fault"
	"creditsync/schemas"
)

// Sound reports an error when a part of a table was set aside by the engine: rows that were acknowledged are missing
// then, and nothing may run on until a person has looked.
func (w *Warehouse) Sound(ctx context.Context) error {
	var parts uint64
	var where string
	sql := "SELECT count(), arrayStringConcat(arraySort(groupUniqArray(concat(table, '/', name))), ', ') FROM system.detached_parts WHERE database = " + quote(Database) + " AND table NOT LIKE '%stage' AND table NOT LIKE '%diff'"
	if err := w.row(ctx, "look for detached parts", sql, &parts, &where); err != nil {
		return err
	}
	if parts > 0 {
		return fault.New(fault.Environment, "warehouse.detached", fault.T("ClickHouse 中有 %[1]d 个数据片段被分离：%[2]s", "ClickHouse has set %[1]d parts aside: %[2]s", parts, where)).
			Do(fault.T("请用备份恢复，或确认后 ALTER TABLE … ATTACH PART。", "Restore from a backup, or ALTER TABLE … ATTACH PART after looking at them."))
	}
	return nil
}

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
