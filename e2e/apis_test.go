package e2e

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/testkit/webapi"
)

// apiSecret signs requests; nobody may read it.
const apiSecret = "hunter2-of-the-api"

// apiCases are web APIs that hold the generated rows: pages by number behind a gateway that verifies signatures, and a cursor
// over which the parameters are posted.
func apiCases(header []string, rows [][]any) []sourceCase {
	env := []string{"API_SECRET=" + apiSecret}
	return []sourceCase{
		{"api pages", func(t *testing.T) string {
			s := inAPI(t, header, rows)
			s.Gate(webapi.SortedParams("hmac-sm3", apiSecret))
			return fmt.Sprintf(`{http: {url: %q, params: {appKey: p-360800}, records: data.list, total: data.total, ok: {path: code, is: ["0"]}, key: [n], `+
				`page: {by: page, param: pageNum, size_param: pageSize, size: 3000}, `+
				`sign: {algorithm: hmac-sm3, secret: "${API_SECRET}", timestamp: {name: timestamp}, nonce: {name: nonce}, signature: {name: sign}}}}`, s.URL+"/page")
		}, env},
		{"api cursor", func(t *testing.T) string {
			s := inAPI(t, header, rows)
			return fmt.Sprintf(`{http: {url: %q, method: post, send: json, auth: {header: {name: X-Token, value: "${API_SECRET}"}}, records: data.list, `+
				`page: {by: cursor, param: cursor, next: data.next, size_param: limit, size: 4000}}}`, s.URL+"/cursor")
		}, env},
	}
}

// inAPI fills an API; an empty cell is an empty text there.
func inAPI(t *testing.T, header []string, rows [][]any) *webapi.Server {
	t.Helper()
	list := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			text := ""
			if cell != nil {
				text = fmt.Sprint(cell)
			}
			list[i] = append(list[i], text)
		}
	}
	s := webapi.Start(t)
	s.Fill(t, append([]string{"n"}, header...), list)
	return s
}

// procurement is a site that reads an API from a cursor on.
type procurement struct {
	*site
	api    *webapi.Server
	header []string
	rows   [][]string
}

const ofAPI = `
  - name: penalties
    kind: admin_penalty
    mode: %s
    source:
      http:
        url: %s/offset
        auth: {query: {name: token, value: "${API_SECRET}"}}
        page: {by: offset, param: offset, size_param: limit, size: 100}
        records: data.list
        total: data.total
        ok: {path: code, is: ["0"], message: msg}
        key: [n]
        retry: {times: 2, wait: 10ms}
`

const sinceOf = `        since: {param: since}
        until: {param: until}
        cursor: changed_at
        lag: 10m
`

// newProcurement fills an API with generated rows, each changed a second after the one before.
func newProcurement(t *testing.T, rows string) *procurement {
	t.Helper()
	header, sheet := sheetOf(t, filepath.Join(generate(t, "procurement", "--rows", rows, "--seed", "17", "--encoding", "utf-8", "--defects", "0", "--warnings", "0", "--duplicates", "0", "--header", "field"), "penalties.csv"))
	p := &procurement{api: webapi.Start(t), header: append(append([]string{"n"}, header...), "changed_at")}
	for i, row := range sheet {
		cells := make([]string, 0, len(p.header))
		for _, c := range row {
			if c == nil {
				c = ""
			}
			cells = append(cells, fmt.Sprint(c))
		}
		p.rows = append(p.rows, append(cells, fmt.Sprintf("2024-01-03 %02d:%02d:%02d", i/3600, i/60%60, i%60)))
	}
	p.site = newSite(t, setup{pipelines: fmt.Sprintf(ofAPI, "incremental", p.api.URL) + sinceOf})
	p.env = []string{"API_SECRET=" + apiSecret}
	p.deliver()
	p.up()
	return p
}

func (p *procurement) deliver() {
	p.api.Fill(p.t, p.header, p.rows)
	p.api.Since("changed_at")
}

// change changes a row at a time, or in silence.
func (p *procurement) change(n int, at string) {
	row := p.rows[n-1]
	for i, h := range p.header {
		if h == "remark" {
			row[i] = "changed " + row[i]
		}
		if h == "changed_at" && at != "" {
			row[i] = at
		}
	}
	p.deliver()
}

// TestIncremental_API reads an API from a cursor on: what changed comes, a window is read again without moving the cursor, and
// a read that breaks, or whose pages change meanwhile, applies nothing and moves nothing.
func TestIncremental_API(t *testing.T) {
	t.Parallel()
	p := newProcurement(t, "1500")
	all := uint64(len(p.rows))
	p.want(0, "check")
	if got, want := p.done().counts(), (counts{read: all, accepted: all, inserted: all, published: all}); got != want {
		t.Fatalf("first: got %+v, want %+v", got, want)
	}
	quiet := p.done()
	if quiet.Read != 601 || quiet.Unchanged != 601 || quiet.Published != 0 {
		t.Errorf("nothing changed: %+v", quiet)
	}
	for i, n := range []int{1, 7, 9} {
		p.change(n, fmt.Sprintf("2024-02-01 00:00:0%d", i))
	}
	sum := p.text("SELECT sum(version) FROM credit.admin_penalty_current FINAL")

	p.api.Meddle(func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n < 5 {
			return false
		}
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, `{"code":0,"data":{"total":603,"list":[{"n":"1"},`)
		panic(http.ErrAbortHandler)
	})
	p.failed(1, "http.lost")
	moving := 0
	p.api.Meddle(func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n%3 != 0 {
			return false
		}
		moving++
		webapi.Answer(w, 1000+moving, "", []byte(`{"n":"1"}`))
		return true
	})
	p.failed(1, "http.changed")
	if moving != 3 {
		t.Errorf("a read whose pages do not fit was begun %d times, want 3", moving)
	}
	p.api.Meddle(func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		_, _ = io.WriteString(w, `{"code":500,"msg":"令牌 `+apiSecret+` 已过期"}`)
		return true
	})
	p.failed(3, "http.not_ok")
	p.want(3, "check")
	p.api.Meddle(nil)
	p.wantText(sum, "SELECT sum(version) FROM credit.admin_penalty_current FINAL")

	if got := p.done(); got.Updated != 3 || got.Read != 604 || got.Deleted != 0 || got.Published != 3 {
		t.Errorf("three changed: %+v", got)
	}
	if got := p.done(); got.Read != 3 || got.Unchanged != 3 {
		t.Errorf("after that: %+v, want the three rows within the lag", got)
	}

	p.change(500, "")
	window := []string{"penalties", "--since", "2024-01-03 00:08:00", "--until", "2024-01-03 00:09:00"}
	if got := p.done(window...); got.Read != 60 || got.Updated != 1 || got.Published != 1 {
		t.Errorf("the window: %+v", got)
	}
	if got := p.done(); got.Read != 3 {
		t.Errorf("after the window: %+v, want the cursor where it was", got)
	}
	p.configure(setup{pipelines: fmt.Sprintf(ofAPI, "incremental", p.api.URL) + strings.Replace(sinceOf, "cursor: changed_at", "cursor: decision_date", 1)})
	p.failed(2, "http.cursor_other", "penalties")

	p.configure(setup{pipelines: fmt.Sprintf(ofAPI, "snapshot", p.api.URL)})
	p.rows = p.rows[:len(p.rows)-10]
	p.deliver()
	if got := p.done(); got.Deleted != 10 || got.Read != all-10 {
		t.Errorf("a snapshot: %+v", got)
	}
	p.wantText(fmt.Sprint(all-10), "SELECT count() FROM credit.admin_penalty")
	if strings.Contains(p.output.String(), apiSecret) {
		t.Error("the secret is printed")
	}
	p.toldOnce()
}

// TestIncremental_API_I1 kills a run that reads an API around its commit: the cursor has moved if and only if its rows count.
func TestIncremental_API_I1(t *testing.T) {
	t.Parallel()
	p := newProcurement(t, "300")
	p.done()
	for i, step := range []string{"written", "closed"} {
		before := number64(t, p.text("SELECT sum(version) FROM credit.admin_penalty_current FINAL"))
		for n := range 5 {
			p.change(20*i+n+1, fmt.Sprintf("2024-03-01 %02d:00:00", i))
		}
		p.env = append(p.env, "CREDITSYNC_TEST_DIE_AT="+step)
		if r := p.do("run"); r.status != -1 {
			t.Fatalf("%s: the run ended with %d, it was to be killed\n%s", step, r.status, r.stderr)
		}
		p.env = p.env[:1]
		r := p.done()
		committed := step == "closed"
		if committed && (r.Updated != 0 || r.Read > 5) || !committed && r.Updated != 5 {
			t.Errorf("killed at %q: the next run reads %d rows and updates %d", step, r.Read, r.Updated)
		}
		if got := number64(t, p.text("SELECT sum(version) FROM credit.admin_penalty_current FINAL")); got != before+5 {
			t.Errorf("killed at %q: versions sum up to %d, want %d", step, got, before+5)
		}
	}
	p.toldOnce()
}
