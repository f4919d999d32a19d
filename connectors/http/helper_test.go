package http

import (
	"fmt"
	"slices"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/drain"
	"creditsync/internal/testkit/webapi"
)

// secret is what no message may hold.
const secret = "hunter2"

// readAll reads a source to its end.
func readAll(t *testing.T, o Options, want connectors.Request) (drain.Everything, error) {
	t.Helper()
	return drain.All(t, source(t, o), want)
}

// got reads a source that must read well.
func got(t *testing.T, o Options) drain.Everything {
	t.Helper()
	out, err := readAll(t, o, connectors.Request{})
	if err != nil {
		t.Fatalf("read: %s", fault.Say(err, fault.English))
	}
	return out
}

// isFault fails unless err is a whole fault of that code, and says all of the words and no secret.
func isFault(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	drain.IsFault(t, err, []string{secret}, code, words...)
}

// wantFault reads a source that must fail.
func wantFault(t *testing.T, o Options, code string, words ...string) error {
	t.Helper()
	_, err := readAll(t, o, connectors.Request{})
	isFault(t, err, code, words...)
	return err
}

// penalties is a table of n rows.
func penalties(n int) (header []string, rows [][]string) {
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("%d", i+1), fmt.Sprintf("吉安市第%d号有限公司", i), fmt.Sprintf("2024-01-03 00:%02d:%02d", i/60%60, i%60)})
	}
	return []string{"id", "name", "updated_at"}, rows
}

// serve starts an API of n rows.
func serve(t *testing.T, n int) *webapi.Server {
	t.Helper()
	s := webapi.Start(t)
	header, rows := penalties(n)
	s.Fill(t, header, rows)
	return s
}

// same compares what was read with n rows of penalties.
func same(t *testing.T, out drain.Everything, n int) {
	t.Helper()
	if _, rows := penalties(n); !slices.EqualFunc(out.Rows, rows, slices.Equal[[]string]) {
		t.Errorf("%d rows, want %d in their order", len(out.Rows), n)
	}
}
