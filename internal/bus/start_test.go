package bus

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/testkit/kafka"

	"github.com/twmb/franz-go/pkg/kadm"
)

// started publishes one commit and returns what the ledger remembers then.
func (r *rig) started(t *testing.T) Position {
	t.Helper()
	r.outbox.add(1, "a", penalties(0, 20, 1)...)
	r.mustCatchup(t)
	pos, set, err := r.lease.Position(t.Context(), r.kind.Name)
	if err != nil || !set || !pos.Covers(1) {
		t.Fatalf("the ledger remembers %+v, %v, %v", pos, set, err)
	}
	r.outbox.add(2, "b", penalties(0, 20, 2)...)
	return pos
}

// stops fails unless a relay stops with the code before it publishes anything.
func (r *rig) stops(t *testing.T, code string) {
	t.Helper()
	before := len(r.messages(t))
	_, err := r.catchup(t)
	if got := fault.CodeOf(err); got != code {
		t.Fatalf("got code %q (%v), want %s", got, err, code)
	}
	if again, _ := fault.Retryable(err); again {
		t.Error("it would try again by itself")
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Hint.ZH == "" || f.Hint.EN == "" || f.What.ZH == f.What.EN {
		t.Errorf("no sentence and hint in both languages: %+v", f)
	}
	if after := len(r.messages(t)); after != before {
		t.Errorf("%d messages were published", after-before)
	}
}

func TestRelay_Start_PositionMissing(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		// The ledger remembers, and this Kafka never heard of the kind.
		r.outbox.add(1, "a", penalties(0, 20, 1)...)
		r.lease.pos, r.lease.set = Position{Seq: 1<<seqBits | 5, TopicID: "x", Partitions: 6}, true
		r.stops(t, "relay.position_missing")
	})
}

func TestRelay_Start_PositionOlderThanTheLedgers(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		pos := r.started(t)
		pos.Seq = 2<<seqBits | 7
		r.lease.pos = pos
		r.stops(t, "relay.position_older")
	})
}

func TestRelay_Start_OtherDeployment(t *testing.T) {
	t.Parallel()
	r := embeddedRig(t)
	r.started(t)
	rel := r.relay(t, func(o *Options) { o.Deployment = "d2" })
	if _, err := rel.Catchup(t.Context()); fault.CodeOf(err) != "relay.other_deployment" {
		t.Fatalf("got %v, want relay.other_deployment", err)
	}
}

func TestRelay_Start_TopicRecreated(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.started(t)
		r.recreate(t, defaultPartitions)
		r.stops(t, "relay.topic_recreated")
	})
}

func TestRelay_Start_TopicGone(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.started(t)
		r.remove(t)
		r.stops(t, "relay.topic_missing")
	})
}

func TestRelay_Start_OtherPartitions(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.started(t)
		kafka.Widen(t, r.cfg.Brokers[0], TopicOf(r.kind.Name), 2)
		r.stops(t, "relay.partitions_changed")
	})
}

func TestRelay_Start_LedgerOlderThanKafka(t *testing.T) {
	t.Parallel()
	r := embeddedRig(t)
	r.started(t)
	r.mustCatchup(t)
	r.lease.pos, r.lease.set = Position{}, false
	r.outbox.commits = r.outbox.commits[:1]
	r.stops(t, "relay.ledger_older")
}

// TestRelay_Catchup_TopicRecreatedWhileItRuns: the topic changes between two transactions of one session.
func TestRelay_Catchup_TopicRecreatedWhileItRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.outbox.add(1, "a", penalties(0, 20, 1)...)
		rel := r.relay(t)
		if _, err := rel.Catchup(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.recreate(t, defaultPartitions)
		r.outbox.add(2, "b", penalties(0, 20, 2)...)
		if _, err := rel.Catchup(t.Context()); fault.CodeOf(err) != "relay.topic_recreated" {
			t.Fatalf("got %v, want relay.topic_recreated", err)
		}
		if n := len(r.messages(t)); n != 0 {
			t.Errorf("%d messages are on the new topic", n)
		}
	})
}

func (r *rig) remove(t *testing.T) {
	t.Helper()
	kafka.Drop(t, r.cfg.Brokers[0], TopicOf(r.kind.Name))
}

func (r *rig) recreate(t *testing.T, partitions int) {
	t.Helper()
	r.remove(t)
	if _, err := create(t.Context(), r.client(t), TopicOf(r.kind.Name), partitions, r.cfg.replication(), r.cfg.topicConfig()); err != nil {
		t.Fatal(err)
	}
}

func TestRelay_Catchup_LedgerTrouble(t *testing.T) {
	t.Parallel()
	r := embeddedRig(t)
	r.lease.fail = errors.New("database is locked")
	if _, err := r.catchup(t); fault.CodeOf(err) != "relay.ledger" {
		t.Fatalf("got %v, want relay.ledger", err)
	}
}

func TestUnreachable_IsAnEnvironmentFaultWithAHint(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	r := newRig(Config{Brokers: []string{addr}}, kindOf("nowhere", 0))
	r.outbox.add(1, "a", penalties(0, 1, 1)...)
	o := r.options()
	o.Patience = 300 * time.Millisecond
	rel, err := NewRelay(o)
	if err != nil {
		t.Fatal(err)
	}
	defer rel.Close()
	_, relayErr := rel.Catchup(t.Context())
	for what, err := range map[string]error{"relay": relayErr, "probe": Probe(t.Context(), r.cfg), "read": Read(t.Context(), r.cfg, "x", nil)} {
		if fault.CodeOf(err) != "kafka.unreachable" || fault.ClassOf(err) != fault.Environment || !strings.Contains(fault.Say(err, fault.Chinese), addr) {
			t.Errorf("%s: got %v", what, err)
		}
		if !strings.Contains(fault.Say(err, fault.English), "creditsync check") {
			t.Errorf("%s: no hint: %s", what, fault.Say(err, fault.English))
		}
	}
}

// TestRelay_Run_WaitsForBrokersAndEndsWithItsContext: Kafka down never ends the loop, its context does, quickly.
func TestRelay_Run_WaitsForBrokersAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	r := newRig(Config{Brokers: []string{"127.0.0.1:1"}}, kindOf("nowhere", 0))
	rel := r.relay(t, func(o *Options) { o.Patience = time.Millisecond })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	began := time.Now()
	if err := rel.Run(ctx, nil); err != nil || time.Since(began) < time.Second {
		t.Errorf("it ended with %v after %s", err, time.Since(began))
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

func TestProbe_AcceptsBothBrokers(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		if err := Probe(t.Context(), r.cfg); err != nil {
			t.Error(err)
		}
	})
}

func TestConfig_Validate(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]Config{
		"kafka.no_brokers":      {},
		"kafka.bad_address":     {Brokers: []string{"kafka"}},
		"kafka.bad_partitions":  {Brokers: []string{"kafka:9092"}, Partitions: -1},
		"kafka.bad_replication": {Brokers: []string{"kafka:9092"}, Replication: -1},
		"kafka.bad_mechanism":   {Brokers: []string{"kafka:9092"}, SASL: &SASL{Mechanism: "gssapi", User: "u", Password: "secret"}},
	} {
		err := c.Validate()
		if fault.CodeOf(err) != want || fault.ClassOf(err) != fault.Input {
			t.Errorf("%+v: got %v, want %s", c, err, want)
		}
		if err != nil && strings.Contains(fault.Say(err, fault.English), "secret") {
			t.Error("the password is in the message")
		}
	}
	if err := (Config{Brokers: []string{"[::1]:9092", "kafka:9092"}, SASL: &SASL{Mechanism: "plain"}}).Validate(); err != nil {
		t.Error(err)
	}
}

// Both topics are made with as many replicas as the configuration says: one broker refuses two.
func TestTopic_IsReplicatedAsConfigured(t *testing.T) {
	t.Parallel()
	fresh := &brokers{dir: t.TempDir()}
	r := newRig(Config{Brokers: []string{fresh.embeddedAddr(t)}, Embedded: true}, kindOf("penalty_replicated", 1))
	t.Cleanup(fresh.stop)
	r.outbox.add(1, "a", penalties(0, 20, 1)...)
	for _, missing := range []string{PositionTopic, TopicOf(r.kind.Name)} {
		r.cfg.Replication = 2
		_, err := r.catchup(t)
		if fault.CodeOf(err) != "kafka.replication" || fault.ClassOf(err) != fault.Environment || !strings.Contains(err.Error(), "create topic "+missing) {
			t.Errorf("got %v, want kafka.replication of %s", err, missing)
		}
		r.cfg.Replication = 1
		if missing == PositionTopic {
			if _, err := create(t.Context(), r.client(t), missing, positionPartitions, r.cfg.replication(), r.cfg.positionConfig()); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.mustCatchup(t)
	if got := len(r.messages(t)); got != 20 {
		t.Errorf("got %d messages, want 20", got)
	}
}

func TestTopic_IsKeptAsDeclared(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.started(t)
		got, err := kadm.NewClient(r.client(t)).DescribeTopicConfigs(t.Context(), TopicOf(r.kind.Name))
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]string{}
		for _, c := range got[0].Configs {
			have[c.Key] = c.MaybeValue()
		}
		want := map[string]string{"cleanup.policy": "compact", "min.compaction.lag.ms": week, "delete.retention.ms": week}
		if r.cfg.Embedded {
			want = map[string]string{"cleanup.policy": "delete", "retention.ms": "-1"}
		}
		for k, v := range want {
			if have[k] != v {
				t.Errorf("%s is %q, want %q", k, have[k], v)
			}
		}
	})
}
