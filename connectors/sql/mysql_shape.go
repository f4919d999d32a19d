package sql

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// shape asks the server what the table or query has.
func (s *mySession) shape(ctx context.Context) (shape, error) {
	from := s.dialect().from(s.o)
	rows, err := s.conn.(driver.QueryerContext).QueryContext(ctx, "SELECT * FROM "+from+" LIMIT 0", nil)
	if err != nil {
		return shape{}, s.missing(ctx, err)
	}
	out := shape{}
	names := rows.Columns()
	for i, name := range names {
		c := column{name: strings.Clone(name), typ: rows.(driver.RowsColumnTypeDatabaseTypeName).ColumnTypeDatabaseTypeName(i)}
		nullable, known := rows.(driver.RowsColumnTypeNullable).ColumnTypeNullable(i)
		c.nullable = nullable || !known
		c.kind = myKind(c.typ)
		out.columns = append(out.columns, c)
	}
	if err := rows.Close(); err != nil {
		return out, err
	}
	if err := s.charsets(ctx, from, &out); err != nil {
		return out, err
	}
	for i := range out.columns {
		out.columns[i].expr = s.expression(out.columns[i])
	}
	if s.o.Table == "" {
		return out, nil
	}
	return out, s.primary(ctx, &out)
}

// myKind is the kind of a type as the driver names it.
func myKind(typ string) kind {
	switch strings.TrimPrefix(typ, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "DECIMAL", "BIT", "YEAR":
		return number
	case "DATE":
		return day
	case "DATETIME", "TIMESTAMP":
		return clock
	case "CHAR", "VARCHAR", "TEXT", "TINYTEXT", "MEDIUMTEXT", "LONGTEXT":
		return words
	case "BINARY", "VARBINARY", "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "GEOMETRY", "VECTOR":
		return binary
	}
	return other // ENUM, SET, JSON, TIME, FLOAT, DOUBLE
}

// charsets finds the texts whose declared encoding is not to be believed. Nobody here writes latin1; who declared it let
// the bytes of something else through. One row always comes, whatever the table holds.
func (s *mySession) charsets(ctx context.Context, from string, out *shape) error {
	d := s.dialect()
	var asked []string
	var of []int
	for i, c := range out.columns {
		if c.kind == words || c.typ == "ENUM" || c.typ == "SET" {
			asked, of = append(asked, "CHARSET("+d.id(c.name)+")"), append(of, i)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	rows, err := s.ask(ctx, "SELECT "+strings.Join(asked, ", ")+" FROM (SELECT 1 AS one) AS one LEFT JOIN "+from+" ON 1 = 0")
	if err != nil {
		return err
	}
	for n, i := range of {
		switch rows[0][n] {
		case "latin1", "latin2", "latin5", "latin7", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "swe7", "hp8", "dec8", "macroman":
			// To its own encoding first: a UUID is called latin1, too, and its bytes are not its text.
			out.columns[i].kind, out.columns[i].expr = unknown, "CAST(CONVERT("+d.id(out.columns[i].name)+" USING "+rows[0][n]+") AS BINARY)"
		case "binary":
			out.columns[i].kind = binary
		}
	}
	return nil
}

// expression selects a column as the text that the server writes for it, whatever the driver would make of its type.
func (s *mySession) expression(c column) string {
	id := s.dialect().id(c.name)
	switch {
	case c.expr != "":
		return c.expr
	case c.typ == "BIT":
		return "CAST(" + id + " + 0 AS CHAR)"
	case c.kind == words, c.kind == clock, c.kind == day, c.typ == "DECIMAL", c.typ == "JSON", c.typ == "ENUM", c.typ == "SET", c.typ == "TIME":
		return ""
	}
	return "CAST(" + id + " AS CHAR)"
}

// primary finds the table's primary key.
func (s *mySession) primary(ctx context.Context, out *shape) error {
	parts, err := splitName(s.o.Table)
	if err != nil {
		return err
	}
	schema, table := "database()", parts[len(parts)-1]
	if len(parts) > 1 {
		schema = s.literal(column{kind: words}, parts[0])
	}
	rows, err := s.ask(ctx, "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = "+schema+
		" AND table_name = "+s.literal(column{kind: words}, table)+" AND constraint_name = 'PRIMARY' ORDER BY ordinal_position")
	for _, r := range rows {
		out.key = append(out.key, r[0])
	}
	return err
}

// missing says which tables there are where the configured one is not.
func (s *mySession) missing(ctx context.Context, err error) error {
	var refused *mysql.MySQLError
	if s.o.Table == "" || !errors.As(err, &refused) || refused.Number != errNoTable && refused.Number != errNoDatabase {
		return err
	}
	rows, listing := s.ask(ctx, "SELECT IF(table_schema = database(), table_name, CONCAT(table_schema, '.', table_name)) FROM information_schema.tables"+
		" WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1 LIMIT 1000")
	if listing != nil {
		return listing
	}
	names := make([]string, len(rows))
	for i := range rows {
		names[i] = rows[i][0]
	}
	return noTable(s.o, nearestTable(s.o.Table, names), names, nil)
}
