package app

import (
	"context"
	"strings"
	"testing"

	"creditsync/internal/bus"

	"github.com/twmb/franz-go/pkg/kgo"
)

// differences are what verify finds, as "part/sort count".
func (s *site) differences(w VerifyWish) map[string]uint64 {
	s.t.Helper()
	parts, err := s.Verify(context.Background(), w)
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]uint64{}
	for _, p := range parts {
		if p.Err != nil {
			s.t.Fatalf("%s: %v", p.What.EN, p.Err)
		}
		for _, d := range p.Differences {
			out[p.Name+"/"+d.Sort] = d.Count
			if len(d.Examples) == 0 && p.Name != "stores" {
				s.t.Errorf("%s/%s has no example", p.Name, d.Sort)
			}
		}
	}
	return out
}

func (s *site) wantDifferences(w VerifyWish, want map[string]uint64) {
	s.t.Helper()
	got := s.differences(w)
	for name, n := range want {
		if got[name] != n {
			s.t.Errorf("%s: got %d, want %d", name, got[name], n)
		}
	}
	for name, n := range got {
		if _, ok := want[name]; !ok {
			s.t.Errorf("%s: got %d, want none", name, n)
		}
	}
}

// tell sends messages as another program might: not ours, but in transactions' absence just as visible.
func (s *site) tell(list ...*kgo.Record) {
	s.t.Helper()
	c, err := s.kafka(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		s.t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.ProduceSync(context.Background(), list...).FirstErr(); err != nil {
		s.t.Fatal(err)
	}
}

// copyOf is a message as it was sent.
func copyOf(m bus.Message) *kgo.Record {
	r := &kgo.Record{Topic: m.Topic, Partition: int32(m.Partition), Key: m.Key, Value: m.Value}
	for _, h := range m.Headers {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	return r
}

func TestVerify_FindsWhatDiffers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.spoil(60)
	s.again()
	all := VerifyWish{Examples: 3}
	s.wantDifferences(all, nil)
	if n := s.query("SELECT count() FROM system.parts WHERE active AND database = 'credit' AND table LIKE '%stage'"); n != "0" {
		t.Errorf("%s parts of scratch are left", n)
	}

	// The source, by key and by hash: a name was mended since, and rows came and went.
	s.deliver(62)
	s.wantDifferences(VerifyWish{Names: []string{"penalties"}, Examples: 3}, map[string]uint64{"source/missing": 2, "source/different": 1})
	s.deliver(50)
	s.wantDifferences(VerifyWish{Names: []string{"admin_penalty"}, Examples: 3}, map[string]uint64{"source/surplus": 10, "source/different": 1})
	s.deliver(60)
	if err := s.run(); err != nil {
		t.Fatal(err)
	}

	// Tables that are made from versions.
	s.query("INSERT INTO credit.admin_penalty_current SELECT * REPLACE (content_hash + 1 AS content_hash) FROM credit.admin_penalty_current FINAL ORDER BY record_id LIMIT 2")
	s.query("OPTIMIZE TABLE credit.admin_penalty_current FINAL")
	s.query("DELETE FROM credit.admin_penalty_live WHERE record_id IN (SELECT record_id FROM credit.admin_penalty_current FINAL ORDER BY record_id LIMIT 3)")
	s.query("INSERT INTO credit.quarantine SELECT * REPLACE ('dismissed' AS state) FROM credit.quarantine FINAL LIMIT 1")
	s.wantDifferences(all, map[string]uint64{"current/different": 2, "live/missing": 3, "quarantine/different": 1, "source/different": 2})
}

func TestVerify_HoldsTheTopicAgainstTheVersions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.mustRun(30)
	s.again()
	c, err := s.kafka(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var list []bus.Message
	if err := bus.Read(context.Background(), c, "credit.admin_penalty", func(m bus.Message) bool {
		list = append(list, m)
		return true
	}); err != nil || len(list) != 50 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	var first, last bus.Message // of one record
	for _, m := range list {
		if strings.HasSuffix(m.Header("ce_id"), ":2") {
			last = m
		}
	}
	for _, m := range list {
		if string(m.Key) == string(last.Key) && strings.HasSuffix(m.Header("ce_id"), ":1") {
			first = m
		}
	}
	stranger, astray, other := copyOf(last), copyOf(last), copyOf(last)
	stranger.Headers[1].Value = []byte(string(last.Key) + ":9")
	astray.Partition = (astray.Partition + 1) % 6
	other.Value = []byte(`{}`)
	s.tell(copyOf(first), stranger, astray)
	s.wantDifferences(VerifyWish{Examples: 3}, map[string]uint64{"topic/doubled": 2, "topic/order": 1, "topic/unknown": 1, "topic/astray": 1})
	s.tell(other)
	if got := s.differences(VerifyWish{Examples: 3}); got["topic/different"] != 1 {
		t.Errorf("got %v, want one with other contents", got)
	}
	// Of what was committed later nothing was touched.
	if got := s.differences(VerifyWish{Examples: 3, Since: "2099-01-01"}); len(got) != 0 {
		t.Errorf("got %v, want nothing of so late", got)
	}
}

func TestVerify_SaysWhichMessagesAreGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.keep("older", "kafka")
	s.mustRun(60)
	s.restore("older", "kafka")
	s.wantDifferences(VerifyWish{Examples: 3}, map[string]uint64{"stores/relay.position_older": 1, "topic/missing": 20})
}

func TestRetell_IsOnTheReplayTopicAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustRun(40)
	s.mustRun(30)
	s.again()
	ctx := context.Background()
	if r, err := s.Retell(ctx, RetellWish{Kind: "admin_penalty", DryRun: true}); err != nil || r.Messages != 50 {
		t.Fatalf("got %+v, %v, want 50 to tell", r, err)
	}
	r, err := s.Retell(ctx, RetellWish{Kind: "admin_penalty", From: "33554432"})
	if err != nil || r.Messages != 10 {
		t.Fatalf("got %+v, %v, want the 10 of the second commit", r, err)
	}
	c, err := s.kafka(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := bus.Read(ctx, c, "credit.admin_penalty.replay", func(m bus.Message) bool {
		if n++; m.Header("replay") != r.ID || !strings.HasSuffix(m.Header("ce_id"), ":2") {
			t.Errorf("got %v", m.Headers)
		}
		return true
	}); err != nil || n != 10 {
		t.Errorf("%d messages, %v", n, err)
	}
	s.wantDifferences(VerifyWish{Examples: 3}, nil)
}
