package ground

import (
	"context"
	"fmt"
	"strings"

	"creditsync/schemas"
)

// fold leaves of a text what no fold of the program changes: letters and digits, of one width and case.
const fold = `upper(replaceRegexpAll(normalizeUTF8NFKC(%s), '[^\\p{L}\\p{N}]', ''))`

// compared are the columns whose values can be told to be the same in SQL. Left out are days and amounts, which come in many
// spellings, and what is masked: numbers of people, texts that may hold some, and numbers without a check of their own, of
// which one in thousands looks like an old resident ID of 15 digits.
func compared() []schemas.Field {
	var list []schemas.Field
	for _, f := range schemas.AdminPenalty().Fields {
		switch f.Name {
		case "violation_fact", "penalty_content", "remark":
			continue
		}
		if f.Type != schemas.Date && f.Type != schemas.Money && f.Personal == "" && (f.Type != schemas.Code || f.Format != schemas.NoFormat) {
			list = append(list, f)
		}
	}
	return list
}

// Digest is the number of rows and a sum of hashes over them, in any order, of a table of raw texts (the file's own, or
// what an engine made of it) or of the analysts' view of the records. Two with the same rows have the same digest.
func (g *Ground) Digest(ctx context.Context, from string, records bool) (string, error) {
	var columns []string
	for _, f := range compared() {
		value := fmt.Sprintf("ifNull(toString(%s), '')", f.Name)
		if records && f.Type == schemas.Choices {
			value = "arrayStringConcat(" + f.Name + ")"
		}
		columns = append(columns, fmt.Sprintf(fold, value))
	}
	return g.Query(ctx, fmt.Sprintf("SELECT count(), sumWithOverflow(cityHash64(%s)) FROM %s", strings.Join(columns, ", "), from))
}

// Same fails unless the records are those of the raw rows.
func (g *Ground) Same(ctx context.Context, raw, records string) error {
	theirs, err := g.Digest(ctx, raw, false)
	if err != nil {
		return err
	}
	ours, err := g.Digest(ctx, records, true)
	if err == nil && ours != theirs {
		err = fmt.Errorf("%s holds other rows (%s) than %s (%s)", records, ours, raw, theirs)
	}
	return err
}

// File is a file of penalties as the engine reads it with file(), every cell a text.
func File(path string) string {
	var columns []string
	for _, f := range schemas.AdminPenalty().Fields {
		columns = append(columns, f.Name+" String")
	}
	return fmt.Sprintf("file('%s', 'CSV', '%s')", path, strings.Join(columns, ", "))
}

// Headed skips the header of a File.
const Headed = " SETTINGS input_format_csv_skip_first_lines = 1"
