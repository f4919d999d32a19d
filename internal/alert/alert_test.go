package alert

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"
)

var start = time.Date(2024, 3, 5, 1, 30, 0, 0, time.UTC)

// Whatever comes and goes, however often it is looked at, and whatever becomes of the messages: a trouble is told once, its
// end once, and no end without its beginning.
func TestReconcile_EachTroubleIsToldOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var written, wrong []Trouble
		told := map[string]int{} // by id: 1 told, 2 its end too
		now, ids := start, 0
		store := func(put, remove []Trouble) {
			written = slices.DeleteFunc(written, func(w Trouble) bool { return slices.ContainsFunc(remove, w.same) || slices.ContainsFunc(put, w.same) })
			written = append(written, put...)
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 4000).Draw(rt, "seconds")) * time.Second)
			one := Trouble{Pipeline: rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "pipeline"), Problem: rapid.SampledFrom([]string{Failed, Overdue}).Draw(rt, "problem"), Since: now}
			if before := len(wrong); rapid.Bool().Draw(rt, "change") {
				if wrong = slices.DeleteFunc(wrong, one.same); len(wrong) == before {
					wrong = append(wrong, one)
				}
			}
			store(Reconcile(written, wrong, now, func() string { ids++; return string(rune('A' + ids)) }))
			due := Due(written, now)
			if len(due) == 0 {
				continue
			}
			if rapid.Bool().Draw(rt, "delivered") {
				for _, d := range due {
					want := 0
					if !d.Over.IsZero() {
						want = 1
					}
					if told[d.ID] != want {
						rt.Fatalf("%+v is told when %d messages told of it", d, told[d.ID])
					}
					told[d.ID]++
				}
				store(Settle(due, nil, now))
			} else {
				store(Settle(due, io.EOF, now))
			}
		}
		for _, w := range wrong {
			if !slices.ContainsFunc(written, w.same) {
				rt.Fatalf("%+v is not written down", w)
			}
		}
	})
}

func TestSettle_LaterAndLater(t *testing.T) {
	t.Parallel()
	one := []Trouble{{Pipeline: "a", Problem: Failed}}
	var waits []time.Duration
	for range 12 {
		one, _ = Settle(one, io.EOF, start)
		waits = append(waits, one[0].Retry.Sub(start))
	}
	if waits[0] != 10*time.Second || waits[1] != 20*time.Second || waits[11] != time.Hour {
		t.Errorf("got %v", waits)
	}
	if due := Due(one, start.Add(59*time.Minute)); len(due) != 0 {
		t.Errorf("due before its time: %v", due)
	}
}

func troubles() []Trouble {
	return []Trouble{
		{Pipeline: "market-penalties", Problem: Budget, ID: "0190-1", Since: start, Code: "guard.error_budget", Run: "6f1c2f0e",
			Detail: "管道 market-penalties：读入 2000 行，其中 310 行被拒，超过允许的 5%"},
		{Pipeline: "court-judgments", Problem: Overdue, ID: "0190-2", Since: start.Add(-27 * time.Hour), Told: start, Over: start.Add(time.Hour)},
	}
}

func sender(t *testing.T, url string, lang fault.Language) *Sender {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return &Sender{URL: url, Shown: "https://hooks.example/•••", Deployment: "2f6b", Language: lang, Zone: zone, KindOf: func(string) string { return "admin_penalty" }}
}

func TestSender_Send(t *testing.T) {
	t.Parallel()
	for _, lang := range []fault.Language{fault.Chinese, fault.English} {
		var body []byte
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ = io.ReadAll(r.Body)
			if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("got %s with %v", r.Method, r.Header)
			}
			w.WriteHeader(http.StatusNoContent)
		}))
		defer server.Close()
		if err := sender(t, server.URL, lang).Send(t.Context(), troubles()); err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		pretty, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "alert."+string(lang)+".json", string(pretty)+"\n")
	}
}

// Whatever goes wrong, the error says so and holds nothing of the address but what may be shown.
func TestSender_SendFails(t *testing.T) {
	t.Parallel()
	var answer atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer.Load().(http.HandlerFunc)(w, r) }))
	defer server.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	for name, c := range map[string]struct {
		url    string
		answer http.HandlerFunc
		want   string
	}{
		"refused":    {"http://" + gone.Addr().String(), nil, "connection refused"},
		"status":     {server.URL, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "HTTP status 500"},
		"redirected": {server.URL, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "HTTP status 302"},
		"broken off": {server.URL, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		"no address": {"http://127.0.0.1:1 /", nil, "the address cannot be used"},
	} {
		if c.answer != nil {
			answer.Store(c.answer)
		}
		err := sender(t, c.url+"/hook/s3cret?key=s3cret", fault.English).Send(t.Context(), troubles())
		if fault.CodeOf(err) != "alert.undelivered" || fault.ClassOf(err) != fault.Environment || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v", name, err)
		}
		if said := fault.Say(err, fault.Chinese); strings.Contains(said, "s3cret") || !strings.Contains(said, "hooks.example/•••") {
			t.Errorf("%s: said %s", name, said)
		}
	}
}
