package warehouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"creditsync/schemas"
)

// markTables is the mark of the statements that made the tables of this store.
const markTables = "tables"

// Migrate makes the tables and views that are missing and adds the columns that are: at a start of another version than
// the one before, or where a table has gone. Else it asks two questions and changes nothing, however many kinds there are.
func (w *Warehouse) Migrate(ctx context.Context, kinds []*schemas.Kind) error {
	list := Statements(kinds, w.opts.Timezone)
	mark := fingerprint(list)
	if done, err := w.migrated(ctx, list, mark); err != nil || done {
		return err
	}
	for _, sql := range list {
		if err := w.exec(ctx, "create the tables", sql); err != nil {
			return err
		}
	}
	return w.SetMeta(ctx, markTables, mark)
}

// fingerprint tells two lists of statements apart.
func fingerprint(list []string) string {
	sum := sha256.Sum256([]byte(strings.Join(list, ";\n")))
	return hex.EncodeToString(sum[:16])
}

// migrated reports that all tables and views of the statements are there and that these statements made them.
func (w *Warehouse) migrated(ctx context.Context, list []string, mark string) (bool, error) {
	names := made(list)
	var there uint64
	sql := fmt.Sprintf("SELECT count() FROM system.tables WHERE database = '%s' AND name IN ('%s')", Database, strings.Join(names, "', '"))
	if err := w.row(ctx, "look for the tables", sql, &there); err != nil || there < uint64(len(names)) {
		return false, err
	}
	was, err := w.Meta(ctx, markTables)
	return was == mark, err
}

// made are the names of the tables and views that statements make.
func made(list []string) []string {
	var names []string
	for _, sql := range list {
		for _, head := range []string{"CREATE TABLE IF NOT EXISTS ", "CREATE OR REPLACE VIEW "} {
			if rest, ok := strings.CutPrefix(sql, head+Database+"."); ok {
				name, _, _ := strings.Cut(rest, " ")
				names = append(names, name)
			}
		}
	}
	return names
}

// additions add what a later declaration has and the tables of an earlier one lack. A column that is there stays as it is.
func additions(k *schemas.Kind) []string {
	var list []string
	columns := strings.Join(kindColumns(k), ",\n  ADD COLUMN IF NOT EXISTS ")
	for _, suffix := range []string{"changed", "versions", "live"} {
		list = append(list, fmt.Sprintf("ALTER TABLE %s.%s_%s ADD COLUMN IF NOT EXISTS %s", Database, k.Name, suffix, columns))
	}
	return list
}
