package sql

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Type OIDs of PostgreSQL that reading needs to tell apart.
const (
	oidBytea       = 17
	oidInt8        = 20
	oidInt2        = 21
	oidInt4        = 23
	oidText        = 25
	oidBpchar      = 1042
	oidVarchar     = 1043
	oidDate        = 1082
	oidTimestamp   = 1114
	oidTimestamptz = 1184
	oidNumeric     = 1700
)

// shape asks the server what the table or query has. LIMIT 0 is executed: a missing right shows.
func (s *pgSession) shape(ctx context.Context) (shape, error) {
	d := pgDialect()
	probe, err := s.outgoing("SELECT * FROM " + d.from(s.o) + " LIMIT 0")
	if err != nil {
		return shape{}, err
	}
	described, err := s.conn.Prepare(ctx, "", probe, nil)
	if err != nil {
		return shape{}, s.missing(ctx, err)
	}
	if _, err := s.exec(ctx, d.copy("SELECT * FROM "+d.from(s.o)+" LIMIT 0")); err != nil {
		return shape{}, err
	}
	out := shape{}
	var oids, modifiers []string
	for _, f := range described.Fields {
		oids, modifiers = append(oids, strconv.FormatUint(uint64(f.DataTypeOID), 10)), append(modifiers, strconv.FormatInt(int64(f.TypeModifier), 10))
		out.columns = append(out.columns, column{name: s.incoming(f.Name), kind: s.kind(f.DataTypeOID), nullable: true})
	}
	types, err := s.exec(ctx, "SELECT pg_catalog.format_type(oid, modifier) FROM unnest(ARRAY["+strings.Join(oids, ",")+"]::oid[], ARRAY["+
		strings.Join(modifiers, ",")+"]::int[]) WITH ORDINALITY AS t(oid, modifier, n) ORDER BY n")
	if err != nil {
		return out, err
	}
	for i := range types {
		out.columns[i].typ = string(types[i][0])
	}
	if s.o.Table == "" {
		return out, nil
	}
	return out, s.table(ctx, &out)
}

// table adds what is known of the columns of a table: which are never NULL, and which are its primary key.
func (s *pgSession) table(ctx context.Context, out *shape) error {
	d := pgDialect()
	name := strings.TrimSuffix(d.from(s.o), " AS "+alias)
	rows, err := s.exec(ctx, `SELECT a.attname, a.attnotnull, array_position(i.indkey::int2[], a.attnum)
		FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
		WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 3`, name)
	if err != nil {
		return err
	}
	for _, r := range rows {
		column := s.incoming(string(r[0]))
		if i, ok := out.find(column); ok {
			out.columns[i].nullable = string(r[1]) != "t"
		}
		if r[2] != nil {
			out.key = append(out.key, column)
		}
	}
	return nil
}

// missing says which tables there are where the configured one is not.
func (s *pgSession) missing(ctx context.Context, err error) error {
	var pg *pgconn.PgError
	if s.o.Table == "" || !errors.As(err, &pg) || pg.Code != "42P01" && pg.Code != "3F000" {
		return err
	}
	if _, err := s.exec(ctx, "ROLLBACK"); err != nil {
		return err
	}
	rows, listing := s.exec(ctx, `SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
		ORDER BY 1 LIMIT 1000`)
	if listing != nil {
		return listing
	}
	names := make([]string, len(rows))
	for i := range rows {
		names[i] = s.incoming(string(rows[i][0]))
	}
	return noTable(s.o, nearestTable(s.o.Table, names), names, nil)
}

// kind of a type.
func (s *pgSession) kind(oid uint32) kind {
	switch oid {
	case oidBytea:
		return binary
	case oidInt2, oidInt4, oidInt8, oidNumeric:
		return number
	case oidDate:
		return day
	case oidTimestamp:
		return clock
	case oidTimestamptz:
		return moment
	case oidText, oidVarchar, oidBpchar:
		if s.loose {
			return unknown
		}
		return words
	}
	return other
}
