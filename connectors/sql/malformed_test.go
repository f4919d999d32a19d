package sql

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/testkit/golden"
)

// TestMalformed holds what people read of each table that is not as it should be, in both languages, and what is read in
// spite of it. A case is a script for the engine that its name says; its first lines say how it is read, and what becomes
// of the file.
func TestMalformed(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/malformed/*.sql")
	if err != nil || len(scripts) < 30 {
		t.Fatalf("%d scripts, %v; want 30 at least", len(scripts), err)
	}
	for _, path := range scripts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			c := readScript(t, path)
			o, hide := c.prepare(t)
			out, err := ask(t, o, connectors.Request{Undecodable: c.share, Match: func(cells []string) int {
				if cells[0] == "name" {
					return 1
				}
				return 0
			}})
			got := strings.NewReplacer(hide...).Replace(out.Report(err))
			golden.CheckFile(t, path+".golden", got)
		})
	}
}

// script is one case.
type script struct {
	engine, after string
	o             Options
	share         float64
	statements    string
}

func readScript(t *testing.T, path string) script {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := script{o: Defaults(), engine: strings.Split(filepath.Base(path), ".")[1]}
	for line := range strings.Lines(string(text)) {
		rest, says := strings.CutPrefix(line, "-- ")
		if !says {
			c.statements += line
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(rest), " ")
		switch key {
		case "table":
			c.o.Table = value
		case "query":
			c.o.Query = value
		case "key":
			c.o.Key = []string{value}
		case "cursor":
			c.o.Cursor = value
		case "encoding":
			c.o.Encoding = value
		case "after":
			c.after = value
		case "page":
			c.o.Page, err = strconv.Atoi(value)
		case "share":
			c.share, err = strconv.ParseFloat(value, 64)
		default:
			err = fmt.Errorf("unknown line %q", line)
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return c
}

// prepare runs the script; what is different each time is to be hidden, in pairs.
func (c script) prepare(t *testing.T) (o Options, hide []string) {
	t.Helper()
	switch c.engine {
	case "postgres":
		server := pg(t)
		database := server.Database(t)
		if _, err := server.Connect(t, database).Exec(t.Context(), c.statements); err != nil {
			t.Fatal(err)
		}
		return pgOptions(c.o, database, server.Port), []string{strconv.Itoa(server.Port), "5432", database, "court"}
	case "mariadb":
		server := maria(t)
		database := server.Database(t)
		db := server.Connect(t, database)
		for one := range strings.SplitSeq(strings.TrimSpace(c.statements), ";\n") {
			insert(t, db, strings.TrimSuffix(one, ";"))
		}
		return myOptions(c.o, database, server.Port), []string{strconv.Itoa(server.Port), "3306", database, "court"}
	}
	dir := t.TempDir()
	o = c.o
	o.Engine, o.File = "sqlite", filepath.Join(dir, "court.db")
	db := openLite(t, o.File)
	insert(t, db, "PRAGMA user_version = 1")
	insert(t, db, c.statements)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c.spoil(t, o.File)
	return o, []string{dir + "/", ""}
}

// spoil does to the file what the script says.
func (c script) spoil(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch c.after {
	case "":
		return
	case "truncate":
		err = os.WriteFile(path, b[:len(b)/2], 0o644)
	case "scramble":
		for i := range b {
			b[i] ^= byte(i*7 + 3)
		}
		err = os.WriteFile(path, b, 0o644)
	case "empty":
		err = os.Truncate(path, 0)
	case "remove":
		err = os.Remove(path)
	default:
		err = fmt.Errorf("after %s", c.after)
	}
	if err != nil {
		t.Fatal(err)
	}
}
