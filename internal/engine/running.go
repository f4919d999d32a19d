package engine

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// running are the statements that clients have named by a query_id. Libchdb gives its queries ids of its own, so KILL QUERY
// WHERE query_id = … is answered here.
type running struct {
	mu   sync.Mutex
	open map[string][]*runningQuery // those of one name may be several: no client is refused for it
}

type runningQuery struct {
	text   string
	cancel context.CancelCauseFunc
}

// add remembers q until done is called. The context ends when it is killed.
func (r *running) add(ctx context.Context, q *request) (of context.Context, done func()) {
	if q.queryID == "" {
		return ctx, func() {}
	}
	of, cancel := context.WithCancelCause(ctx)
	one := &runningQuery{q.text[:min(len(q.text), 1000)], cancel}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[string][]*runningQuery{}
	}
	r.open[q.queryID] = append(r.open[q.queryID], one)
	return of, func() {
		cancel(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		var rest []*runningQuery
		for _, other := range r.open[q.queryID] {
			if other != one {
				rest = append(rest, other)
			}
		}
		if r.open[q.queryID] = rest; len(rest) == 0 {
			delete(r.open, q.queryID)
		}
	}
}

// killByID is KILL QUERY of one id, as drivers send it.
var killByID = regexp.MustCompile(`(?is)^\s*KILL\s+QUERY\s+WHERE\s+query_id\s*=\s*('(?:[^'\\]|\\.)*')\s*(ASYNC|SYNC|TEST)?\s*(?:;\s*)?$`)

// instead is a statement that answers what KILL QUERY would, after the statement that text names was killed; "" where text is
// nothing of the kind or names none that runs here.
func (r *running) instead(text string) string {
	m := killByID.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	id, ok := unquote(m[1])
	if !ok {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var rows []string
	for _, one := range r.open[id] {
		if !strings.EqualFold(m[2], "TEST") {
			one.cancel(refuse(queryCancelled, "Query was cancelled."))
		}
		rows = append(rows, "SELECT 'waiting' AS kill_status, "+m[1]+" AS query_id, 'default' AS user, "+QuoteString(one.text)+" AS query")
	}
	return strings.Join(rows, " UNION ALL ")
}

// Progress is how far a statement is.
type Progress struct {
	Rows, Bytes, Total uint64 // Total rows are an estimate; 0 is unknown
	Elapsed            time.Duration
}

// progress asks the engine for that of the statement that carries a session's tag.
func (e *Engine) progress(tag string) (p Progress) {
	if tag == "" {
		return p
	}
	out, err := e.command("SELECT read_rows, read_bytes, total_rows_approx, toUInt64(elapsed * 1e9) FROM system.processes WHERE Settings['log_comment'] = " + QuoteString(tag) + " LIMIT 1 FORMAT TSVRaw")
	if err != nil {
		return p
	}
	var n [4]uint64
	for i, field := range strings.Split(out, "\t") {
		if i < len(n) {
			n[i], _ = strconv.ParseUint(field, 10, 64) // the engine writes numbers
		}
	}
	return Progress{n[0], n[1], n[2], time.Duration(n[3])}
}
