package trickle

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"creditsync/schemas"
)

// fill makes the table of the rows that the base keeps for it, with an index on the cursor.
func (t *trickle) fill(ctx context.Context) error {
	f, err := os.Open(t.base.Few)
	if err != nil {
		return err
	}
	defer f.Close()
	var columns []string
	for _, f := range schemas.AdminPenalty().Fields {
		columns = append(columns, f.Name)
	}
	for _, sql := range []string{
		"CREATE TABLE penalty (id INTEGER PRIMARY KEY, changed INTEGER NOT NULL, " + strings.Join(columns, " TEXT, ") + " TEXT)",
		"CREATE INDEX penalty_changed ON penalty (changed, id)",
	} {
		if _, err := t.db.ExecContext(ctx, sql); err != nil {
			return err
		}
	}
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert := fmt.Sprintf("INSERT INTO penalty (changed, %s) VALUES (0%s)", strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)))
	r := csv.NewReader(f)
	for line := 0; ; line++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return tx.Commit()
		}
		if err != nil {
			return err
		}
		if line == 0 {
			continue
		}
		values := make([]any, len(cells))
		for i, c := range cells {
			values[i] = c
		}
		if _, err := tx.ExecContext(ctx, insert, values...); err != nil {
			return err
		}
		t.rows++
	}
}
