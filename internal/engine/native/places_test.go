package native

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"

	"creditsync/internal/engine"
)

// endless is a query that nobody waits for, and how many of it run.
func endless(name string) (sql, running string) {
	return "SELECT count() FROM numbers(100000000000000) WHERE NOT ignore('" + name + "') SETTINGS max_threads = 1",
		"SELECT count() FROM system.processes WHERE query LIKE '%ignore(''" + name + "'')%' AND query NOT LIKE '%processes%'"
}

// own asks as creditsync does.
func own(t testing.TB, sql string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+shared.http+"/", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", engine.OwnAgent+"1 clickhouse-go/2")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v\n%s", sql, answer.Status, err, b)
	}
	return strings.TrimSuffix(string(b), "\n")
}

// However many queries analysts run, creditsync's own find a place; a further one of theirs waits, and can be cancelled
// while it does. Not parallel: it takes the places of the other tests.
func TestPlacesAreKept(t *testing.T) {
	const places = 4 // of 8
	conn := open(t, clickhouse.Options{MaxOpenConns: 2 * places})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sql, running := endless(t.Name())
	ended := make(chan error, places)
	for range places {
		go func() { ended <- conn.Exec(ctx, sql) }()
	}
	wait(t, "the queries run", func() bool { return own(t, running) == "4" })
	waiting, giveUp := context.WithCancel(ctx)
	gaveUp := make(chan error, 1)
	go func() { gaveUp <- conn.Exec(waiting, "SELECT 'one too many'") }()
	if got := own(t, "SELECT 1"); got != "1" {
		t.Errorf("creditsync's own: %q", got)
	}
	giveUp()
	if err := <-gaveUp; err == nil {
		t.Error("there was a place for one too many")
	}
	cancel()
	for range places {
		if err := <-ended; err == nil {
			t.Error("an endless query has ended by itself")
		}
	}
	wait(t, "the queries have ended", func() bool { return own(t, running) == "0" })
	if got := ask(t, "SELECT 1"); got != "1" {
		t.Errorf("afterwards: %q", got)
	}
}

// A query ends whose client goes away without a word, and the one of an id that somebody kills.
func TestLostAndKilled(t *testing.T) {
	t.Parallel()
	sql, running := endless(t.Name())
	c := dial(t)
	hello := bytes.ReplaceAll(helloBytes(oldest), []byte("\x03库"), []byte{0}) // a revision without addendum, the default database
	var query proto.Buffer
	proto.Query{Body: sql, Stage: proto.StageComplete, Compression: proto.CompressionEnabled,
		Info: proto.ClientInfo{ProtocolVersion: oldest, Interface: proto.InterfaceTCP, Query: proto.ClientQueryInitial}}.EncodeAware(&query, oldest)
	if _, err := c.Write(slices.Concat(hello, query.Buf, emptyData(t))); err != nil { // the empty block ends the external tables
		t.Fatal(err)
	}
	wait(t, "the query runs", func() bool { return own(t, running) == "1" })
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the query of a lost client has ended", func() bool { return own(t, running) == "0" })

	conn := open(t, clickhouse.Options{})
	ended := make(chan error, 1)
	go func() {
		ended <- conn.Exec(clickhouse.Context(context.Background(), clickhouse.WithQueryID("one-to-kill")), sql)
	}()
	wait(t, "the query runs", func() bool { return own(t, running) == "1" })
	if got := own(t, "KILL QUERY WHERE query_id = 'one-to-kill' SYNC"); !strings.HasPrefix(got, "waiting\tone-to-kill\tdefault\t") {
		t.Errorf("KILL answered %q", got)
	}
	if err := <-ended; code(err) != 394 {
		t.Errorf("the killed query: %v", err)
	}
}
