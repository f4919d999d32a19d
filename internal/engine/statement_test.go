package engine

import (
	"strings"
	"testing"
)

func TestParseStatement(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text   string
		insert bool
		sql    string
		format string
		data   string
	}{
		{"SELECT 1", false, "SELECT 1", "", ""},
		{"SELECT 1 FORMAT JSON", false, "", "JSON", ""},
		{"SELECT 1 format JSON settings a=1;", false, "", "JSON", ""},
		{"SELECT format FROM t", false, "", "", ""},
		{"SELECT 'FORMAT CSV' FROM t -- FORMAT CSV", false, "", "", ""},
		{"SELECT (SELECT 1 FORMAT CSV)", false, "", "", ""},
		{"SELECT $x$ FORMAT CSV $x$", false, "", "", ""},
		{"INSERT INTO t VALUES (1)", true, "INSERT INTO t ", "Values", " (1)"},
		{"insert into t(a, b) values(1)", true, "insert into t(a, b) ", "Values", "(1)"},
		{"INSERT INTO t FORMAT CSV\n1\n", true, "INSERT INTO t ", "CSV", "1\n"},
		{"INSERT INTO t FORMAT CSV \r\n1\n", true, "INSERT INTO t ", "CSV", "1\n"},
		{"INSERT INTO t FORMAT CSV 1\n", true, "INSERT INTO t ", "CSV", "1\n"},
		{"INSERT INTO t FORMAT Native\n\n\x01", true, "INSERT INTO t ", "Native", "\n\x01"},
		{"INSERT INTO t FORMAT CSV;\n1", true, "INSERT INTO t ", "CSV", "1"},
		{"INSERT INTO TABLE db.`va lues` (`format`) SETTINGS async_insert=0 FORMAT CSV\nx", true, "INSERT INTO TABLE db.`va lues` (`format`) SETTINGS async_insert=0 ", "CSV", "x"},
		{"INSERT INTO format FORMAT TSV\nx", true, "INSERT INTO format ", "TSV", "x"},
		{"INSERT INTO db.values VALUES (1)", true, "INSERT INTO db.values ", "Values", " (1)"},
		{"INSERT INTO {t:Identifier} VALUES (1)", true, "INSERT INTO {t:Identifier} ", "Values", " (1)"},
		{"INSERT INTO FUNCTION null('a Int8') VALUES (1)", true, "INSERT INTO FUNCTION null('a Int8') ", "Values", " (1)"},
		{"INSERT INTO t (a) ", true, "INSERT INTO t (a) ", "", ""},
		{"INSERT INTO t;", true, "INSERT INTO t", "", ""},
		{"/* x /* y */ */ INSERT INTO t -- c\n FORMAT CSV\nz", true, "/* x /* y */ */ INSERT INTO t -- c\n ", "CSV", "z"},
		{"INSERT INTO t SELECT 1 FORMAT CSV", false, "", "CSV", ""},
		{"INSERT INTO t (SELECT 1)", true, "INSERT INTO t (SELECT 1)", "", ""},
		{"INSERT INTO t WITH 1 AS x SELECT x", false, "", "", ""},
		{"WITH 1 AS x INSERT INTO t SELECT x", false, "", "", ""},
		{"INSERT INTO t PARTITION BY a FORMAT Values (1)", true, "INSERT INTO t PARTITION BY a ", "Values", " (1)"},
	} {
		st := parseStatement(test.text)
		if test.sql == "" {
			test.sql = test.text
		}
		if st.insert != test.insert || st.sql != test.sql || st.format != test.format || test.insert && test.text[st.data:] != test.data {
			t.Errorf("%q: got %+v", test.text, st)
		}
	}
	for text, ok := range map[string]bool{
		"SELECT 1 INTO OUTFILE 'x'": true, "SELECT 'INTO OUTFILE'": false, "INSERT INTO t FROM INFILE 'x' FORMAT CSV": true, "SELECT outfile FROM t": false,
	} {
		if st := parseStatement(text); st.infile != ok {
			t.Errorf("%q: infile %v", text, st.infile)
		}
	}
	if st := parseStatement("KILL QUERY WHERE 1 SYNC"); "KILL QUERY WHERE 1 SYNC"[st.kill:] != "SYNC" {
		t.Errorf("kill: %+v", st)
	}
	if st := parseStatement("SELECT a, count() FROM t GROUP BY a WITH TOTALS"); !st.totals {
		t.Error("totals were not seen")
	}
	if st := parseStatement("INSERT INTO t SELECT * FROM input('a Int8') FORMAT CSV"); !st.input {
		t.Error("input() was not seen")
	}
	if st := parseStatement("CREATE DATABASE IF NOT EXISTS x ENGINE = SQLite('y')"); st.holder != "SQLite" {
		t.Errorf("database engine: %+v", st)
	}
}

// Whatever comes, tokens go forward and stay in the text.
func FuzzParseStatement(f *testing.F) {
	for _, s := range []string{"", "SELECT 1", "INSERT INTO t (a) FORMAT CSV\n1", "'\\", "/*", "$a$", "((((", "INSERT INTO {", "`a``b`", "KILL QUERY SYNC", "WITH ("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := lexer{text: s}
		last := 0
		for tok, ok := l.next(); ok; tok, ok = l.next() {
			if tok.start < last || tok.end <= tok.start || tok.end > len(s) {
				t.Fatalf("%q: token %+v after %d", s, tok, last)
			}
			last = tok.end
		}
		st := parseStatement(s)
		if st.data < 0 || st.data > len(s) || !strings.HasPrefix(s, st.sql) || st.kill < 0 || st.kill > len(s) {
			t.Fatalf("%q: %+v", s, st)
		}
		if st.insert && st.data < len(st.sql) {
			t.Fatalf("%q: data at %d, inside %q", s, st.data, st.sql)
		}
		_ = withoutFormat(s)
	})
}
