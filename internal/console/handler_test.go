package console

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"
)

// get asks a handler as a browser of this machine does.
func get(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8080"
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestHandler_Pages(t *testing.T) {
	t.Parallel()
	for name, st := range map[string]Status{"quiet": quiet(), "busy": busy(), "empty": {At: now}} {
		for _, lang := range []fault.Language{fault.Chinese, fault.English} {
			status, body := get(server(t, st, lang), "/")
			if status != http.StatusOK {
				t.Fatalf("%s: %d %s", name, status, body)
			}
			golden.Check(t, name+"."+string(lang)+".html", body)
		}
	}
}

func TestHandler_StatusDocument(t *testing.T) {
	t.Parallel()
	status, body := get(server(t, busy(), fault.Chinese), "/status.json")
	if status != http.StatusOK || !json.Valid([]byte(body)) {
		t.Fatalf("got %d %s", status, body)
	}
	golden.Check(t, "status.json", body)
}

// Whatever stands in a name or an error is text on the page, not markup.
func TestHandler_Escapes(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert(1)</script>" onload="x`
	st := busy()
	for i := range st.Pipelines {
		st.Pipelines[i].Name, st.Pipelines[i].KindTitle, st.Pipelines[i].Schedule = evil, evil, evil
		if st.Pipelines[i].Last != nil {
			st.Pipelines[i].Last.Error = evil
		}
		st.Pipelines[i].Open, st.Pipelines[i].Refused = 1, []Refused{{evil, fault.T(evil, evil), 1}}
	}
	if _, body := get(server(t, st, fault.English), "/"); strings.Contains(body, "<script") || strings.Contains(body, `" onload=`) {
		t.Error("markup of a name is markup of the page")
	}
}

// Only who is on this machine and says so is answered.
func TestHandler_HostHeader(t *testing.T) {
	t.Parallel()
	h := server(t, quiet(), fault.English)
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:8080": 200, "127.0.0.2": 200,
		"evil.example": 421, "evil.example:8080": 421, "127.0.0.1.evil.example": 421, "10.0.0.1:8080": 421, "": 421, "localhost.evil.example": 421, "[::1": 200,
	} {
		for _, path := range []string{"/", "/metrics", "/status.json", "/readyz", "/healthz"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			h.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%q %s: got %d, want %d", host, path, w.Code, want)
			}
		}
	}
}

func TestHandler_ReadsOnly(t *testing.T) {
	t.Parallel()
	h := server(t, quiet(), fault.English)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, "/", nil)
		r.Host = "localhost"
		h.ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: got %d", method, w.Code)
		}
	}
	if status, _ := get(h, "/etc/passwd"); status != http.StatusNotFound {
		t.Errorf("got %d", status)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "localhost"
	h.ServeHTTP(w, r)
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got %v", w.Header())
	}
}

func TestHandler_Health(t *testing.T) {
	t.Parallel()
	down := []fault.Text{fault.T("engine：没有响应\n稍后再试", "engine: does not answer\ntry later"), fault.T("broker：正在启动", "broker: is starting")}
	o := Options{Source: fixed{err: io.ErrUnexpectedEOF}, Metrics: NewMetrics(fixed{err: io.ErrUnexpectedEOF}), Unready: func() []fault.Text { return down }, Language: fault.English, Zone: time.UTC,
		Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	h := Handler(o)
	if status, body := get(h, "/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("healthz: %d %q", status, body)
	}
	if status, body := get(h, "/readyz"); status != 503 || body != "engine: does not answer try later\nbroker: is starting\n" {
		t.Errorf("readyz: %d %q", status, body)
	}
	down = nil
	if status, body := get(h, "/readyz"); status != 200 || body != "ready\n" {
		t.Errorf("readyz: %d %q", status, body)
	}
	for _, path := range []string{"/", "/status.json", "/metrics"} {
		if status, _ := get(h, path); status != http.StatusInternalServerError {
			t.Errorf("%s without a ledger: got %d", path, status)
		}
	}
}

func TestHandler_ManyPipelines(t *testing.T) {
	t.Parallel()
	st := quiet()
	for i := range 1000 {
		p := st.Pipelines[0]
		p.Name = fmt.Sprintf("p%03d", i)
		st.Pipelines = append(st.Pipelines, p)
	}
	h := server(t, st, fault.English)
	if _, body := get(h, "/"); strings.Count(body, "<tr>") > 450 || !strings.Contains(body, `<a href="/?all">+901</a>`) {
		t.Errorf("the page has %d rows", strings.Count(body, "<tr>"))
	}
	if _, body := get(h, "/?all"); strings.Count(body, "<tr>") < 4000 {
		t.Errorf("everything has %d rows", strings.Count(body, "<tr>"))
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	source := fixed{status: busy()}
	m := NewMetrics(source)
	m.Ended("market-penalties", "admin_penalty", Run{State: "done", Read: 10, Rejected: 2, Inserted: 5, Updated: 1, Started: now, Finished: now.Add(2 * time.Second)}, true)
	m.Ended("market-penalties", "admin_penalty", Run{State: "failed", Read: 3, Started: now, Finished: now}, false)
	m.Published("admin_penalty", 6)
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	problems, err := promlint.New(strings.NewReader(w.Body.String())).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	var ours strings.Builder
	for line := range strings.Lines(w.Body.String()) {
		if strings.Contains(line, "creditsync_") && !strings.Contains(line, "_bucket") {
			ours.WriteString(line)
		}
	}
	golden.Check(t, "metrics.txt", ours.String())
	for _, one := range MetricList() {
		if !strings.Contains(ours.String(), "# TYPE "+one.Name+" "+one.Type+"\n") {
			t.Errorf("%s is no %s, or is not there", one.Name, one.Type)
		}
	}
}
