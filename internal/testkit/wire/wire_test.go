package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/internal/bus/embedded"
)

// store keeps the bodies that arrived whole, and counts those that broke off.
type store struct {
	mu     sync.Mutex
	whole  []string
	broken int
	came   chan struct{} // one for each
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	if err == nil {
		s.whole = append(s.whole, string(body))
	} else {
		s.broken++
	}
	s.mu.Unlock()
	s.came <- struct{}{}
	_, _ = io.WriteString(w, "ok "+string(body)) // the client may be gone
}

func (s *store) arrives(t *testing.T) {
	t.Helper()
	select {
	case <-s.came:
	case <-time.After(2 * time.Minute):
		t.Fatal("nothing has arrived")
	}
}

// post sends a statement and returns the answer.
func post(p *Proxy, statement string) (string, error) {
	resp, err := http.Post("http://"+p.Addr+"/?x=1", "text/plain", strings.NewReader(statement))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func TestClickHouse(t *testing.T) {
	t.Parallel()
	s := &store{came: make(chan struct{}, 100)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	p := ClickHouse(t, strings.TrimPrefix(server.URL, "http://"))
	if got, err := post(p, "SELECT 1"); err != nil || got != "ok SELECT 1" {
		t.Fatalf("got %q, %v", got, err)
	}
	s.arrives(t)

	k := p.Once("INSERT INTO a.b", 2, LoseRequest)
	if _, err := post(p, "INSERT INTO a.b(c) first"); err != nil {
		t.Error(err)
	}
	s.arrives(t)
	if _, err := post(p, "INSERT INTO a.b (c) second"); err == nil {
		t.Error("a request that is lost is answered")
	}
	<-k.Done()

	p.Once("INSERT INTO a.b", 1, LoseAnswer)
	if _, err := post(p, "INSERT INTO a.b third"); err == nil {
		t.Error("an answer that is lost comes")
	}
	s.arrives(t)

	p.Once("INSERT INTO a.b", 1, func(x *Exchange) { x.DeliverPart(0.5); x.Cut() })
	if _, err := post(p, "INSERT INTO a.b fourth"); err == nil {
		t.Error("a request that broke off is answered")
	}
	s.arrives(t)

	release := make(chan struct{})
	p.Once("INSERT INTO a.b", 1, Late(release))
	if _, err := post(p, "INSERT INTO a.b fifth"); err == nil {
		t.Error("a late request is answered")
	}
	if _, err := post(p, "INSERT INTO a.b sixth"); err != nil {
		t.Error(err)
	}
	s.arrives(t)
	close(release)
	s.arrives(t)

	s.mu.Lock()
	defer s.mu.Unlock()
	want := []string{"SELECT 1", "INSERT INTO a.b(c) first", "INSERT INTO a.b third", "INSERT INTO a.b sixth", "INSERT INTO a.b fifth"}
	if !slices.Equal(s.whole, want) || s.broken != 1 {
		t.Errorf("arrived %q and %d broken, want %q and 1", s.whole, s.broken, want)
	}
	if got := p.Seen(); len(got) != 7 || got[1] != "INSERT INTO a.b" {
		t.Errorf("seen %q", got)
	}
}

func TestKafka(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended, ready := make(chan error, 1), make(chan string, 1)
	go func() {
		ended <- embedded.Run(ctx, embedded.Options{Listen: "127.0.0.1:0", Dir: dir, Ready: func(addr string) { ready <- addr }})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	p := Kafka(t, <-ready)
	client, err := kgo.NewClient(kgo.SeedBrokers(p.Addr), kgo.DefaultProduceTopic("t"), kgo.ConsumeTopics("t"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(ctx, 1, 1, nil, "t"); err != nil {
		t.Fatal(err)
	}
	// The client knows the broker by the proxy's address alone: what is lost there is sent again.
	k := p.Once("Produce", 1, LoseAnswer)
	send := func(text string) error {
		wait, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		return client.ProduceSync(wait, kgo.StringRecord(text)).FirstErr()
	}
	if err := send("one"); err != nil {
		t.Fatal(err)
	}
	<-k.Done()
	k = p.Once("Produce", 1, func(x *Exchange) { x.DeliverPart(0.7); x.Cut() })
	if err := send("two"); err != nil {
		t.Fatal(err)
	}
	<-k.Done()
	p.Play(nil)
	var got []string
	for len(got) < 2 {
		wait, cancel := context.WithTimeout(ctx, 2*time.Minute)
		fetched := client.PollFetches(wait)
		cancel()
		if err := fetched.Err(); errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		fetched.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("got %q", got)
	}
	if seen := p.Seen(); !slices.Contains(seen, "Metadata") || !slices.Contains(seen, "Fetch") {
		t.Errorf("seen %q", seen)
	}
}
