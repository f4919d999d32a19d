package sql

import (
	"encoding/hex"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"creditsync/connectors"
)

// gbk is a text as careless programs store it.
func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPostgres_SQLASCII: a database that knows no encoding holds GBK in names and values. Nothing of it is guessed.
func TestPostgres_SQLASCII(t *testing.T) {
	t.Parallel()
	server := pg(t)
	database := server.Database(t, "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	conn := server.Connect(t, database)
	for _, sql := range []string{"SET client_encoding = 'SQL_ASCII'", string(gbk(t, `CREATE TABLE "处罚" ("编号" text PRIMARY KEY, "名称" text)`)),
		string(gbk(t, `INSERT INTO "处罚" VALUES ('1', '吉安联通有限公司'), ('2', 'plain')`))} {
		if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	o := pgOptions(Defaults(), database, server.Port)
	o.Table = "处罚"
	o.Encoding = "gb18030"
	out := got(t, o, connectors.Request{})
	if got, want := out.Column(t, "名称"), []string{"吉安联通有限公司", "plain"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := out.Refs, []string{"处罚#1", "处罚#2"}; !slices.Equal(got, want) {
		t.Errorf("refs %q, want %q", got, want)
	}
	o.Table, o.Query, o.Key, o.Encoding = "", `SELECT '1' AS id, '`+string(gbk(t, "吉安"))+`' AS name`, []string{"id"}, ""
	wantCode(t, o, connectors.Request{}, "sql.encoding", "name")
	o.Encoding = "utf-8" // it is not
	wantCode(t, o, connectors.Request{}, "sql.undecodable")
	if out := got(t, o, connectors.Request{Undecodable: 1}); len(out.Refused) != 1 || out.Refused[0].Rule != connectors.RuleUndecodable {
		t.Errorf("refused: %+v", out.Refused)
	}
}

// TestMariaDB_Mislabelled: columns that are called latin1 and hold something else, as old programs left them.
func TestMariaDB_Mislabelled(t *testing.T) {
	t.Parallel()
	server := maria(t)
	database := server.Database(t)
	db := server.Connect(t, database)
	insert(t, db, "CREATE TABLE penalty (id INT PRIMARY KEY, name VARCHAR(50) CHARACTER SET latin1, honest VARCHAR(50), bytes BLOB)")
	for i, b := range [][]byte{[]byte("plain"), gbk(t, "吉安联通")} {
		insert(t, db, "INSERT INTO penalty VALUES (?, CONVERT(UNHEX(?) USING latin1), '吉安', UNHEX(?))", i+1, hex.EncodeToString(b), hex.EncodeToString(b))
	}
	o := myOptions(Defaults(), database, server.Port)
	o.Table = "penalty"
	wantCode(t, o, connectors.Request{}, "sql.encoding", "name", "penalty#2")
	o.Encoding = "gbk"
	out := got(t, o, connectors.Request{})
	if got, want := out.Column(t, "name"), []string{"plain", "吉安联通"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := out.Column(t, "honest"), []string{"吉安", "吉安"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// What is in a BLOB becomes text in a query, in the server's own words.
	o.Table, o.Query, o.Key = "", "SELECT id, CONVERT(bytes USING gbk) AS name FROM penalty;", []string{"id"}
	if got, want := got(t, o, connectors.Request{}).Column(t, "name"), []string{"plain", "吉安联通"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSQLite_Encoding: texts that are no UTF-8 are refused row by row, or read as what they are said to be.
func TestSQLite_Encoding(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db := openLite(t, path)
	insert(t, db, "CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT)")
	for i, b := range [][]byte{[]byte("plain"), gbk(t, "吉安联通"), []byte("a\x00b"), []byte("lost \uFFFD")} {
		insert(t, db, "INSERT INTO penalty VALUES (?, CAST(? AS TEXT))", i+1, b)
	}
	o := Defaults()
	o.Engine, o.File, o.Table = "sqlite", path, "penalty"
	out := got(t, o, connectors.Request{Undecodable: 0.9})
	var rules []string
	for _, r := range out.Refused {
		rules = append(rules, r.Ref+" "+r.Rule)
	}
	if want := []string{"penalty#2 undecodable", "penalty#3 nul_byte", "penalty#4 undecodable"}; !slices.Equal(rules, want) || len(out.Rows) != 1 {
		t.Errorf("%d rows, refused %q, want %q", len(out.Rows), rules, want)
	}
	o.Encoding = "gb18030"
	if got := got(t, o, connectors.Request{Undecodable: 0.9}).Column(t, "name"); got[1] != "吉安联通" {
		t.Errorf("got %q", got)
	}
}

// TestCharset_TextIsSoundOrRefused: what is said to be text is UTF-8, whatever the bytes are.
func TestCharset_TextIsSoundOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		for _, name := range []string{"utf-8", "gb18030", "latin1"} {
			c, _ := namedEncoding(name)
			if text, ok := c.text(nil, b); ok && !utf8.Valid(text) {
				t.Fatalf("%s of %q is %q", name, b, text)
			}
		}
		s := rapid.StringMatching(`[a-z吉安市联通]{0,20}`).Draw(t, "text")
		c, _ := namedEncoding("gb18030")
		raw, err := c.bytes(s)
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := c.text(nil, []byte(raw)); !ok || string(text) != s {
			t.Fatalf("%q came back as %q", s, text)
		}
	})
}
