package late

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"creditsync/internal/testkit/kafka"
	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

// one is a request of a run: the nth of its name.
type one struct {
	kafka bool
	name  string
	nth   int64
}

func (o one) String() string { return fmt.Sprintf("%s:%d", o.name, o.nth) }

// requests are those of a run in their order, of each name the first and the last. It takes two nights.
func (s *deployment) requests(from *site.Source, first, second int) (list []one) {
	s.T.Helper()
	for _, night := range []int{first, second} {
		s.clickhouse.Forget()
		s.kafka.Forget()
		s.Deliver(from.Files(s.T, night))
		if got := s.run().Outcome(); got != "exit 0" {
			s.T.Fatalf("through the proxies: %s", got)
		}
	}
	for _, proxy := range []*wire.Proxy{s.clickhouse, s.kafka} {
		seen := proxy.Seen()
		count := map[string]int64{}
		for _, name := range seen {
			count[name]++
		}
		at := map[string]int64{}
		for _, name := range seen {
			if at[name]++; at[name] == 1 || at[name] == count[name] {
				list = append(list, one{proxy == s.kafka, name, at[name]})
			}
		}
	}
	return list
}

// few leaves what a short form has time for.
func few(list []one) []one {
	if *all {
		return list
	}
	var some []one
	for _, o := range list {
		if o.nth == 1 && slices.Contains([]string{"INSERT INTO credit.admin_penalty_versions", "INSERT INTO credit.commits", "EndTxn"}, o.name) {
			some = append(some, o)
		}
	}
	return some
}

// TestAnswers_I2: whichever request or answer of a run is lost, or comes only when the run is over and another has gone on,
// the books are those of a site where none was.
func TestAnswers_I2(t *testing.T) {
	t.Parallel()
	acts := map[string]func(release chan struct{}) func(*wire.Exchange){
		"answer lost":   func(chan struct{}) func(*wire.Exchange) { return wire.LoseAnswer },
		"request lost":  func(chan struct{}) func(*wire.Exchange) { return wire.LoseRequest },
		"arrives later": func(release chan struct{}) func(*wire.Exchange) { return wire.Late(release) },
	}
	brokers := map[string]func(*testing.T) broker{"embedded": func(*testing.T) broker { return broker{} }}
	if *all {
		brokers["Kafka 4.2"] = func(t *testing.T) broker { return broker{kafka.Run(t).Addr} }
	}
	for where, start := range brokers {
		for _, what := range slices.Sorted(maps.Keys(acts)) {
			t.Run(what+" on "+where, func(t *testing.T) {
				t.Parallel()
				from := site.NewSource(t)
				s := newSite(t, keysOf(t), start(t), "")
				list := few(s.requests(from, 0, 1))
				if where != "embedded" { // ClickHouse is the same
					list = slices.DeleteFunc(list, func(o one) bool { return !o.kafka })
				}
				arrive := func() {}
				for i, o := range list {
					s.Deliver(from.Files(t, site.Changing(i+2)))
					later := s.disturb(o, acts[what])
					arrive() // what was late the night before: another commit is closed and applied meanwhile
					arrive = later
				}
				arrive()
				s.Calmly() // another night of the same: its sweep removes what came late
				s.Books().Equal(t, undisturbed(t, from, site.Changing(len(list)+1)))
			})
		}
	}
}

// disturb meddles with one request of a run, and runs on until the night's commit is closed. It returns what lets a late
// request arrive.
func (s *deployment) disturb(o one, act func(chan struct{}) func(*wire.Exchange)) (arrive func()) {
	s.T.Helper()
	proxy := s.clickhouse
	if o.kafka {
		proxy = s.kafka
	}
	before := s.Last()
	release := make(chan struct{})
	k := proxy.Once(o.name, o.nth, act(release))
	began := time.Now()
	outcome := s.run().Outcome()
	met := k.Met()
	proxy.Play(nil)
	closed := len(s.Committed(before))
	s.Again(before)
	s.T.Logf("%s: met %v, %s after %s, closed %d", o, met, outcome, time.Since(began).Round(time.Millisecond), closed)
	if !met && o.nth == 1 {
		s.T.Errorf("%s: the run did not ask for it", o)
	}
	if list := s.Committed(before); len(list) != 1 {
		s.T.Fatalf("%s: %d commits in one night", o, len(list))
	}
	return func() {
		close(release)
		if met {
			<-k.Done()
		}
	}
}

// undisturbedOnce are the books of undisturbed sites by their last night.
var undisturbedOnce struct {
	sync.Mutex
	after map[int]site.Books
}

// undisturbed are the books of a site without proxies after the changing nights up to one and that one again.
func undisturbed(t *testing.T, from *site.Source, last int) site.Books {
	t.Helper()
	undisturbedOnce.Lock()
	defer undisturbedOnce.Unlock()
	if books := undisturbedOnce.after[last]; books != nil {
		return books
	}
	s := newSite(t, keysOf(t), broker{}, "")
	for n := 0; site.Changing(n) <= last; n++ {
		s.Deliver(from.Files(t, site.Changing(n)))
		s.Calmly()
	}
	s.Calmly()
	books := s.Books()
	s.Alone()
	if left := books["left behind"]; len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if undisturbedOnce.after == nil {
		undisturbedOnce.after = map[int]site.Books{}
	}
	undisturbedOnce.after[last] = books
	return books
}
