package engine

import (
	"net/http"
	"strings"
	"testing"
)

func TestStatementsOverHTTP(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	for _, test := range []struct {
		name, body string
		pairs      []string
		want       string
	}{
		{"body", "SELECT 1", nil, "1\n"},
		{"in the URL", "", []string{"query", "SELECT 1+1"}, "2\n"},
		{"default format", "SELECT 1 AS a", []string{"default_format", "CSVWithNames"}, "\"a\"\n1\n"},
		{"format clause wins", "SELECT 1 AS a FORMAT CSV", []string{"default_format", "JSON"}, "1\n"},
		{"parameter", "SELECT {s:String}, {n:UInt8} + 1", []string{"param_s", "a\\tb'c", "param_n", "7"}, "a\\tb\\'c\t8\n"},
		{"setting", "SELECT getSetting('max_block_size')", []string{"max_block_size", "1234"}, "1234\n"},
		{"database", "SELECT currentDatabase()", []string{"database", db}, db + "\n"},
		{"create", "CREATE TABLE t (a Int32, b String) ENGINE = MergeTree ORDER BY a", []string{"database", db}, ""},
		{"values", "INSERT INTO t VALUES (1, 'x'), (2, concat('y', 'z'))", []string{"database", db}, ""},
		{"values with parameter", "INSERT INTO t VALUES ({a:Int32}, 'p')", []string{"database", db, "param_a", "3"}, ""},
		{"csv in the body", "4,v\n5,w\n", []string{"database", db, "query", "INSERT INTO t FORMAT CSV"}, ""},
		{"csv behind its clause", "INSERT INTO t (a) SETTINGS max_insert_block_size=10 FORMAT CSV\n6\n7\n", []string{"database", db}, ""},
		{"default format of an insert", "{\"a\": 8}\n", []string{"database", db, "query", "INSERT INTO t (a)", "default_format", "JSONEachRow"}, ""},
		{"select", "INSERT INTO t SELECT 9, 'sel'", []string{"database", db}, ""},
		{"with", "INSERT INTO t WITH 10 AS n SELECT n, 'with'", []string{"database", db}, ""},
		{"what is there", "SELECT groupArray((a, b)) FROM (SELECT * FROM t ORDER BY a)", []string{"database", db},
			"[(1,'x'),(2,'yz'),(3,'p'),(4,'v'),(5,'w'),(6,''),(7,''),(8,''),(9,'sel'),(10,'with')]\n"},
		{"show", "SHOW TABLES", []string{"database", db}, "t\n"},
		{"exists", "EXISTS TABLE t", []string{"database", db}, "1\n"},
		{"totals", "SELECT a % 2 AS k, count() FROM t GROUP BY k WITH TOTALS ORDER BY k FORMAT TSV", []string{"database", db}, "0\t5\n1\t5\n\n0\t10\n"},
		{"a column named format", "SELECT format FROM (SELECT 1 AS format)", nil, "1\n"},
		{"zone", "SELECT timezone(), toDateTime(0)", nil, "Asia/Shanghai\t1970-01-01 08:00:00\n"},
		{"comment and semicolon", "/* a /* b */ c */ SELECT 1; -- end", nil, "1\n"},
		{"kill", "KILL QUERY WHERE query_id = 'nobody' SYNC", nil, ""},
	} {
		if got := c.must(t, test.body, test.pairs...); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestErrorsOverHTTP(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	for _, test := range []struct {
		name, method, body string
		pairs              []string
		status             int
		code               string
	}{
		{"syntax", "POST", "SELEC 1", nil, 400, "62"},
		{"unknown table", "POST", "SELECT * FROM nothing.here", nil, 404, "81"},
		{"unknown table 2", "POST", "SELECT * FROM system.nothing", nil, 404, "60"},
		{"unknown setting", "POST", "SELECT 1", []string{"nonsense", "1"}, 404, "115"},
		{"unknown database", "POST", "SELECT 1", []string{"database", "nothing"}, 404, "81"},
		{"throwing", "POST", "SELECT throwIf(1)", nil, 500, "395"},
		{"two statements", "POST", "SELECT 1; SELECT 2", nil, 400, "62"},
		{"writing by GET", "GET", "", []string{"query", "CREATE DATABASE by_get"}, 500, "164"},
		{"inserting by GET", "GET", "", []string{"query", "INSERT INTO t VALUES (1)"}, 500, "164"},
		{"bad data", "POST", "x", []string{"query", "INSERT INTO FUNCTION null('a Int8') FORMAT CSV"}, 400, "117"},
		{"missing parameter", "POST", "SELECT {x:Int8}", nil, 400, "456"},
		{"input", "POST", "INSERT INTO FUNCTION null('a Int8') SELECT * FROM input('a Int8') FORMAT CSV 1", nil, 501, "48"},
		{"encoding", "POST", "SELECT 1", []string{"H:Content-Encoding", "snappy"}, 501, "48"},
		{"not gzip", "POST", "SELECT 1", []string{"H:Content-Encoding", "gzip"}, 400, "271"},
		{"user", "POST", "SELECT 1", []string{"user", "somebody"}, 403, "516"},
	} {
		r := c.send(t, test.method, strings.NewReader(test.body), test.pairs...)
		if r.status != test.status || r.header.Get("X-ClickHouse-Exception-Code") != test.code {
			t.Errorf("%s: status %d, code %s, want %d, %s\n%s", test.name, r.status, r.header.Get("X-ClickHouse-Exception-Code"), test.status, test.code, r.body)
		}
		if !strings.HasPrefix(r.body, "Code: "+test.code+". DB::") || !strings.HasSuffix(r.body, "\n") {
			t.Errorf("%s: body %q", test.name, r.body)
		}
	}
}

func TestFilesAreOutOfReach(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	db := c.database(t)
	c.must(t, "CREATE TABLE t (a String) ENGINE = MergeTree ORDER BY a", "database", db)
	c.must(t, "INSERT INTO t VALUES ('file(x)'), (upper('profile'))", "database", db) // a literal and a harmless expression
	for _, sql := range []string{
		"SELECT * FROM file('/etc/hostname', 'LineAsString')",
		"SELECT file('/etc/hostname')",
		"SELECT `fi\\x6ce`('/etc/hostname')",
		"SELECT \"fi\\x6ce\"('/etc/hostname')",
		"CREATE FUNCTION peep AS x -> file(x)",
		"CREATE VIEW v AS SELECT file('/etc/hostname')",
		"SELECT * FROM \"/etc/hostname\"",
		"SELECT * FROM '/etc/hostname'",
		"SELECT * FROM default.`/etc/hostname`",
		"DESCRIBE `/etc/hostname`",
		"SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
		"SELECT * FROM s3('http://127.0.0.1:1/b/k', 'LineAsString')",
		"SELECT * FROM remote('127.0.0.1:1', system.one)",
		"SELECT * FROM executable('x.sh', 'LineAsString', 'a String')",
		"SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
		"SELECT * FROM eval('SELECT 1') SETTINGS allow_experimental_eval_table_function = 1",
		"SELECT 1 INTO OUTFILE '/tmp/creditsync-never'",
		"INSERT INTO t FROM INFILE '/etc/hostname' FORMAT LineAsString",
		"INSERT INTO t VALUES (file('/etc/hostname'))",
		"INSERT INTO t SETTINGS input_format_values_interpret_expressions = 1 VALUES (file('/etc/hostname'))",
		"INSERT INTO FUNCTION file('/tmp/creditsync-never', 'CSV', 'a Int8') VALUES (1)",
		"INSERT INTO FUNCTION file('/tmp/creditsync-never', 'CSV', 'a Int8') SELECT 1",
		"CREATE TABLE f (a String) ENGINE = File(CSV)",
		"CREATE TABLE u (a String) ENGINE = URL('http://127.0.0.1:1/', CSV)",
		"CREATE TABLE u (a String) ENGINE = S3('http://127.0.0.1:1/b/k', CSV)",
		"CREATE DATABASE f ENGINE = Filesystem('/etc')",
		"CREATE DATABASE f ENGINE = SQLite('/tmp/creditsync-never')",
		"CREATE DICTIONARY d (k UInt64, v String) PRIMARY KEY k SOURCE(FILE(path '/etc/passwd' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)",
		"SELECT 1 FORMAT Template SETTINGS format_template_resultset = '/etc/hostname'",
		"BACKUP DATABASE system TO File('/tmp/creditsync-never.zip')",
		"SYSTEM SHUTDOWN",
		"CREATE USER u",
	} {
		if r := c.post(t, sql, "database", db); r.status == http.StatusOK {
			t.Errorf("%s: was answered: %q", sql, r.body)
		} else if code := r.header.Get("X-ClickHouse-Exception-Code"); code != "497" {
			t.Logf("%s: refused as %s", sql, r.body)
		}
	}
	if r := c.post(t, "SELECT 1 FORMAT Template", "format_template_row", "/etc/hostname"); r.status == http.StatusOK {
		t.Errorf("a template file was read: %q", r.body)
	}
	if got := c.must(t, "SELECT a FROM t ORDER BY a", "database", db); got != "PROFILE\nfile(x)\n" {
		t.Errorf("the table holds %q", got)
	}
}

// Every format gives the same whether it is streamed or not, over many chunks, and for few rows and none.
func TestStreamedFormatsAreWhole(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	streamed := 0
	for format := range strings.FieldsSeq(c.must(t, "SELECT name FROM system.formats WHERE is_output ORDER BY name")) {
		if joinerFor(format) == nil {
			continue
		}
		streamed++
		for _, rows := range []string{"0", "1", "150000"} {
			sql := "SELECT number, toString(number) AS `a \"b\n` FROM numbers(" + rows + ") FORMAT " + format
			r := c.post(t, sql)
			if r.err != nil || r.status != http.StatusOK {
				t.Errorf("%s, %s rows: %d, %v, …%s", format, rows, r.status, r.err, r.body[max(0, len(r.body)-300):])
				continue
			}
			got := r.body
			// EXTREMES makes the server run it to its end; these formats do not show them but for TSV and CSV, which come last.
			want := c.must(t, "SELECT * FROM ("+strings.TrimSuffix(sql, " FORMAT "+format)+") FORMAT "+format, "extremes", "1")
			if rest, ok := strings.CutPrefix(want, got); !ok && format != "ArrowStream" || len(rest) > 100 {
				t.Errorf("%s, %s rows: %d bytes streamed, %d whole", format, rows, len(got), len(want))
			}
		}
	}
	if streamed < 20 {
		t.Errorf("only %d formats were compared", streamed)
	}
}
