package sql

import (
	"path/filepath"
	"strings"
	"testing"

	"creditsync/connectors"
)

// TestPostgres_Types: every value comes as the text that PostgreSQL itself writes for it.
func TestPostgres_Types(t *testing.T) {
	t.Parallel()
	server := pg(t)
	database := server.Database(t)
	conn := server.Connect(t, database)
	columns := []typed{
		{"money", "numeric(38,10)", []string{"0.2", "-9999999999999999999999999999.0000000001", "0"}, []string{"0.2000000000", "-9999999999999999999999999999.0000000001", "0.0000000000"}},
		{"loose", "numeric", []string{"1.500", "'NaN'", "123456789012345678901234567890.12"}, []string{"1.500", "NaN", "123456789012345678901234567890.12"}},
		{"big", "bigint", []string{"9223372036854775807", "-9223372036854775808"}, []string{"9223372036854775807", "-9223372036854775808"}},
		{"small", "smallint", []string{"0", "-1"}, []string{"0", "-1"}},
		{"single", "real", []string{"0.2", "16777217"}, []string{"0.2", "1.6777216e+07"}},
		{"double", "double precision", []string{"0.1", "1e300", "'Infinity'"}, []string{"0.1", "1e+300", "Infinity"}},
		{"day", "date", []string{"'1949-10-01'", "'0044-03-15 BC'", "'infinity'", "'9999-12-31'"}, []string{"1949-10-01", "0044-03-15 BC", "infinity", "9999-12-31"}},
		{"clock", "timestamp", []string{"'1969-12-31 23:59:59.999999'", "'-infinity'", "'2024-01-03'"}, []string{"1969-12-31 23:59:59.999999", "-infinity", "2024-01-03 00:00:00"}},
		{"moment", "timestamptz", []string{"'2024-01-02 16:00:00Z'", "'1988-07-01 00:00:00Z'", "'1900-01-01 00:00:00Z'"}, []string{"2024-01-03 00:00:00+08", "1988-07-01 09:00:00+09", "1900-01-01 08:05:43+08:05:43"}},
		{"hour", "time", []string{"'23:59:59.5'"}, []string{"23:59:59.5"}},
		{"padded", "char(6)", []string{"'吉安'", "''"}, []string{"吉安    ", "      "}},
		{"short", "varchar(20)", []string{"E'a\\tb\\nc\\\\d\\re\\bf\\fg' || chr(11) || 'h'", "'\\N'", "''"}, []string{"a\tb\nc\\d\re\bf\fg\vh", `\N`, ""}},
		{"text", "text", []string{"'" + strings.Repeat("文", 5000) + "'", "' 两边 '"}, []string{strings.Repeat("文", 5000), " 两边 "}},
		{"flag", "boolean", []string{"true", "false"}, []string{"t", "f"}},
		{"doc", "json", []string{`'{"a":  "吉安\n"}'`}, []string{`{"a":  "吉安\n"}`}},
		{"docb", "jsonb", []string{`'{"b":1.50,"a":"\\"}'`}, []string{`{"a": "\\", "b": 1.50}`}},
		{"list", "text[]", []string{"ARRAY['a','b c',NULL]"}, []string{`{a,"b c",NULL}`}},
		{"guid", "uuid", []string{"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"}, []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
		{"bits", "bit(4)", []string{"B'1010'"}, []string{"1010"}},
		{"span", "interval", []string{"'1 day 2 hours'"}, []string{"1 day 02:00:00"}},
		{"address", "inet", []string{"'127.0.0.1'"}, []string{"127.0.0.1"}},
		{"picture", "bytea", []string{"'\\xdeadbeef'"}, []string{"left out"}},
		{"kept", "int", []string{"1", "2", "3", "4"}, []string{"1", "2", "3", "4"}},
	}
	create, inserts := statements(columns, func(s string) string { return s })
	for _, sql := range append([]string{create}, inserts...) {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.200s: %v", sql, err)
		}
	}
	o := pgOptions(Defaults(), database, server.Port)
	o.Table = "typed"
	out := got(t, o, connectors.Request{})
	for i, c := range columns {
		if c.name == "picture" {
			columns = append(columns[:i:i], columns[i+1:]...)
		}
	}
	wantColumns(t, out, columns)
	if got, want := strings.Join(out.Refs, " "), "typed#1 typed#2 typed#3 typed#4"; got != want {
		t.Errorf("refs %s, want %s", got, want)
	}
	wantCode(t, o, connectors.Request{Match: func(cells []string) int {
		if cells[0] == "picture" {
			return 1
		}
		return 0
	}}, "sql.binary_column", "picture")
}

// TestMariaDB_Types: the same of MariaDB, whose driver would make numbers and times of what it reads.
func TestMariaDB_Types(t *testing.T) {
	t.Parallel()
	server := maria(t)
	database := server.Database(t)
	db := server.Connect(t, database)
	columns := []typed{
		{"money", "DECIMAL(38,10)", []string{"0.2", "-9999999999999999999999999999.0000000001"}, []string{"0.2000000000", "-9999999999999999999999999999.0000000001"}},
		{"ubig", "BIGINT UNSIGNED", []string{"18446744073709551615", "0"}, []string{"18446744073709551615", "0"}},
		{"big", "BIGINT", []string{"-9223372036854775808"}, []string{"-9223372036854775808"}},
		{"padded", "INT(8) ZEROFILL", []string{"42"}, []string{"00000042"}},
		{"tiny", "TINYINT(1)", []string{"1", "0"}, []string{"1", "0"}},
		{"single", "FLOAT", []string{"0.2", "16777217"}, []string{"0.2", "16777200"}},
		{"dbl", "DOUBLE", []string{"0.1", "1e300"}, []string{"0.1", "1e300"}},
		{"day", "DATE", []string{"'1949-10-01'", "'0000-00-00'", "'2024-02-00'", "'9999-12-31'"}, []string{"1949-10-01", "0000-00-00", "2024-02-00", "9999-12-31"}},
		{"clock", "DATETIME(6)", []string{"'1969-12-31 23:59:59.999999'", "'0000-00-00 00:00:00'"}, []string{"1969-12-31 23:59:59.999999", "0000-00-00 00:00:00.000000"}},
		{"stamp", "TIMESTAMP NULL", []string{"'2024-01-03 00:00:00'", "'0000-00-00 00:00:00'"}, []string{"2024-01-03 08:00:00", "0000-00-00 00:00:00"}},
		{"hour", "TIME", []string{"'838:59:59'", "'-01:00:00'"}, []string{"838:59:59", "-01:00:00"}},
		{"year", "YEAR", []string{"2024", "0"}, []string{"2024", "0000"}},
		{"flags", "BIT(64)", []string{"b'1010'", "18446744073709551615"}, []string{"10", "18446744073709551615"}},
		{"flag", "BIT(1)", []string{"b'1'", "b'0'"}, []string{"1", "0"}},
		{"chr", "CHAR(6)", []string{"'吉安  '"}, []string{"吉安"}},
		{"vchr", "VARCHAR(20)", []string{`'a\tb\nc\\d '`, "''", `'\\N'`}, []string{"a\tb\nc\\d ", "", `\N`}},
		{"gbk", "VARCHAR(20) CHARACTER SET gbk", []string{"'吉安市'"}, []string{"吉安市"}},
		{"latin", "VARCHAR(20) CHARACTER SET latin1", []string{"'plain'"}, []string{"plain"}},
		{"kind", "ENUM('法人','自然人')", []string{"'法人'", "'自然人'"}, []string{"法人", "自然人"}},
		{"sets", "SET('a','b')", []string{"'a,b'"}, []string{"a,b"}},
		{"doc", "JSON", []string{`'{"a": "吉安"}'`}, []string{`{"a": "吉安"}`}},
		{"guid", "UUID", []string{"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"}, []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
		{"long", "LONGTEXT", []string{"'" + strings.Repeat("文", 5000) + "'"}, []string{strings.Repeat("文", 5000)}},
		{"picture", "BLOB", []string{"x'deadbeef'"}, []string{"left out"}},
	}
	create, inserts := statements(columns, func(s string) string { return "`" + s + "`" })
	insert(t, db, "SET SESSION sql_mode = '', time_zone = '+00:00'")
	for _, sql := range append([]string{create}, inserts...) {
		insert(t, db, sql)
	}
	o := myOptions(Defaults(), database, server.Port)
	o.Table = "typed"
	out := got(t, o, connectors.Request{})
	wantColumns(t, out, columns[:len(columns)-1])
	if got, want := strings.Join(out.Refs, " "), "typed#1 typed#2 typed#3 typed#4"; got != want {
		t.Errorf("refs %s, want %s", got, want)
	}
	o.Table, o.Query, o.Key = "", "SELECT id, picture FROM typed -- a comment", []string{"id"}
	wantCode(t, o, connectors.Request{Match: func([]string) int { return 1 }}, "sql.binary_column", "picture")
}

// TestSQLite_Types: a cell is what it is itself, whatever its column declares.
func TestSQLite_Types(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db := openLite(t, path)
	columns := []typed{
		{"whole", "INTEGER", []string{"1", "'十二'", "1.5", "9223372036854775807"}, []string{"1", "十二", "1.5", "9223372036854775807"}},
		{"loose", "", []string{"'0012'", "12", "0.2", "1e300"}, []string{"0012", "12", "0.2", "1e+300"}},
		{"money", "DECIMAL(18,6)", []string{"'0.20'", "2000.00", "'2000元'", "1e-7"}, []string{"0.2", "2000", "2000元", "1e-07"}},
		{"day", "DATE", []string{"'2024-01-03'", "'2024年1月3日'", "20240103", "''"}, []string{"2024-01-03", "2024年1月3日", "20240103", ""}},
		{"stamp", "DATETIME", []string{"'2024-01-03 00:00:00'", "'2024-01-03T00:00:00Z'", "1704240000", "'0000-00-00'"}, []string{"2024-01-03 00:00:00", "2024-01-03T00:00:00Z", "1704240000", "0000-00-00"}},
		{"flag", "BOOLEAN", []string{"1", "0", "'true'", "NULL"}, []string{"1", "0", "true", null}},
		{"text", "TEXT", []string{"12", "'NULL'", "' 两边 '", "x'e58f89'"}, []string{"12", "NULL", " 两边 ", `\xe58f89`}},
		{"picture", "BLOB", []string{"x'deadbeef'"}, []string{"left out"}},
	}
	create, inserts := statements(columns, func(s string) string { return `"` + s + `"` })
	for _, sql := range append([]string{create}, inserts...) {
		insert(t, db, sql)
	}
	o := Defaults()
	o.Engine, o.File, o.Table = "sqlite", path, "typed"
	out := got(t, o, connectors.Request{})
	wantColumns(t, out, columns[:len(columns)-1])

	// A blob that feeds a field is no text: its row is refused, the others are not.
	text := connectors.Request{Undecodable: 0.9, Match: func(cells []string) int {
		if cells[0] == "text" {
			return 1
		}
		return 0
	}}
	out = got(t, o, text)
	if len(out.Rows) != 3 || len(out.Refused) != 1 || out.Refused[0].Rule != connectors.RuleUndecodable || out.Refused[0].Ref != "typed#4" {
		t.Errorf("got %d rows and %+v refused, want 3 and typed#4", len(out.Rows), out.Refused)
	}
	text.Undecodable = 0
	wantCode(t, o, text, "sql.undecodable", "typed#4")
}
