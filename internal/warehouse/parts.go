package warehouse

import (
	"context"
	"fmt"
	"strings"

	"creditsync/internal/fault"
	"creditsync/schemas"
)

// Part is a part of a table that is not as it should be.
type Part struct {
	Table, Name string // without the database
	// Why is the engine's reason to have set it aside, or what it says of the damage; "" for a part that somebody detached.
	Why string
}

// Detached are the parts that are not read because the engine, or somebody, has set them aside. Those of scratch tables are
// left out.
func (w *Warehouse) Detached(ctx context.Context) ([]Part, error) {
	const sql = "SELECT table, name, toString(ifNull(reason, '')) FROM system.detached_parts WHERE database = '" + Database + "' AND table NOT LIKE '%stage' AND table NOT LIKE '%diff' AND table NOT LIKE '%changed' ORDER BY table, name"
	return sums(ctx, w, "look for detached parts", sql, func(p *Part) []any { return []any{&p.Table, &p.Name, &p.Why} })
}

// Sound reports an error when a part of a table is set aside: rows that were acknowledged are missing then, and nothing may
// run on until a person has looked.
func (w *Warehouse) Sound(ctx context.Context) error {
	parts, err := w.Detached(ctx)
	if err != nil || len(parts) == 0 {
		return err
	}
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Table + "/" + p.Name
	}
	where := strings.Join(names, ", ")
	return fault.New(fault.Environment, "warehouse.detached", fault.T("ClickHouse 中有 %[1]d 个数据片段被分离，其中的行现在读不到：%[2]s", "ClickHouse has set %[1]d parts aside, whose rows are not read now: %[2]s", len(parts), where)).
		Do(fault.T("creditsync repair 把完好的片段挂回；损坏的请从备份恢复。", "creditsync repair attaches those that are whole again; restore damaged ones from a backup."))
}

// Attach puts a part that was set aside back. The engine refuses one that is not whole.
func (w *Warehouse) Attach(ctx context.Context, p Part) error {
	return w.exec(ctx, "attach "+p.Table+"/"+p.Name, fmt.Sprintf("ALTER TABLE %s.%s ATTACH PART %s", Database, p.Table, quote(p.Name)))
}

// Damaged reads every part of some tables, those that are there, and returns the ones that are not as they were written.
func (w *Warehouse) Damaged(ctx context.Context, names ...string) (list []Part, err error) {
	for _, name := range names {
		if there, err := w.Has(ctx, name); err != nil || !there {
			return list, err
		}
		parts, err := sums(ctx, w, "check "+name, "CHECK TABLE "+Database+"."+name+" SETTINGS check_query_single_value_result = 0", func(p *checked) []any { return []any{&p.path, &p.passed, &p.message} })
		if err != nil {
			return list, err
		}
		for _, p := range parts {
			if !p.passed {
				list = append(list, Part{name, p.path, p.message})
			}
		}
	}
	return list, nil
}

type checked struct {
	path    string
	passed  bool
	message string
}

// Empty takes all rows out of a table, damaged ones too.
func (w *Warehouse) Empty(ctx context.Context, name string) error {
	return w.exec(ctx, "empty "+name, "TRUNCATE TABLE "+Database+"."+name)
}

// readable are the versions of a kind but for those in damaged parts.
func readable(k *schemas.Kind, damaged []Part) string {
	if len(damaged) == 0 {
		return table(k, "versions")
	}
	names := make([]string, len(damaged))
	for i, p := range damaged {
		names[i] = quote(p.Name)
	}
	return "(SELECT * FROM " + table(k, "versions") + " WHERE _part NOT IN (" + strings.Join(names, ", ") + "))"
}

// lacked are the rows of the analysts' copy that the versions lack.
func lacked(k *schemas.Kind, damaged []Part) string {
	return fmt.Sprintf("%s WHERE commit_no IN (%s) AND seq NOT IN (SELECT seq FROM %s) LIMIT 1 BY seq", table(k, "live"), listedNumbers(k), readable(k, damaged))
}

// Recoverable counts the versions that listed commits lack, without those in damaged parts, and how many of them the
// analysts' copy still holds: it has the last version of each record.
func (w *Warehouse) Recoverable(ctx context.Context, k *schemas.Kind, damaged []Part) (lost, held uint64, err error) {
	sql := fmt.Sprintf(`SELECT toUInt64(sum(if(l.rows > v.n, l.rows - v.n, 0))) FROM (SELECT commit_no, rows FROM %s.commits FINAL WHERE kind = %s) AS l
LEFT JOIN (SELECT commit_no, count() AS n FROM %s GROUP BY commit_no) AS v ON v.commit_no = l.commit_no`, Database, quote(k.Name), readable(k, damaged))
	if err := w.row(ctx, "count the versions that are lost", sql, &lost); err != nil {
		return 0, 0, err
	}
	err = w.row(ctx, "count the versions that the analysts' copy holds", "SELECT count() FROM (SELECT seq FROM "+lacked(k, damaged)+")", &held)
	return lost, held, err
}

// Recover copies the versions that are lost back from the analysts' copy and drops the damaged parts. It may be repeated.
func (w *Warehouse) Recover(ctx context.Context, k *schemas.Kind, damaged []Part) error {
	columns := strings.Join(versionNames(k), ", ")
	sql := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", table(k, "versions"), columns, columns, lacked(k, damaged))
	if err := w.exec(ctx, "copy lost versions of "+k.Name+" back", sql); err != nil {
		return err
	}
	for _, p := range damaged {
		if err := w.exec(ctx, "drop the damaged part "+p.Name, fmt.Sprintf("ALTER TABLE %s.%s DROP PART %s", Database, p.Table, quote(p.Name))); err != nil {
			return err
		}
	}
	return nil
}
