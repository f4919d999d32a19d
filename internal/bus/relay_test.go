package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"creditsync/internal/fault"

	"pgregory.net/rapid"
)

// fill gives the outbox commits of every sort: small, empty, silent, with deletions and tombstones, and a large one.
func (r *rig) fill() {
	r.outbox.add(1, "run-a", penalties(0, 300, 1)...)
	r.outbox.add(2, "run-b")
	mixed := penalties(0, 40, 2)
	for i := range mixed {
		mixed[i].silent = i%3 == 0
	}
	r.outbox.add(5, "run-c", mixed...)
	silent := penalties(100, 20, 2)
	for i := range silent {
		silent[i].silent = true
	}
	r.outbox.add(6, "run-d", silent...)
	r.outbox.add(7, "run-e", penalty(1, 3, opDelete), penalty(2, 3, opForget))
	r.outbox.add(8, "run-f", penalties(1000, 12_345, 1)...)
	r.outbox.add(9, "run-g", penalties(1000, 5, 2)...)
}

func TestRelay_Catchup_SameMessagesFromBothBrokers(t *testing.T) {
	t.Parallel()
	rigs := map[string]*rig{
		"embedded": newRig(Config{Brokers: []string{shared.embeddedAddr(t)}, Embedded: true}, shared.kind(t)),
	}
	rigs["kafka"] = newRig(Config{Brokers: []string{shared.kafkaAddr(t)}}, rigs["embedded"].kind)
	content := map[string][][]Message{}
	for name, r := range rigs {
		r.fill()
		res := r.mustCatchup(t)
		if want := uint64(300 + 26 + 2 + 12_345 + 5); res.Messages != want {
			t.Errorf("%s: %d messages published, want %d", name, res.Messages, want)
		}
		wantRuns := map[string]uint64{"run-a": 300, "run-c": 26, "run-e": 1, "run-f": 12_345, "run-g": 5}
		if !reflect.DeepEqual(res.ByRun, wantRuns) {
			t.Errorf("%s: by run %v, want %v", name, res.ByRun, wantRuns)
		}
		if !res.Position.Covers(9) {
			t.Errorf("%s: position %d does not cover the last commit", name, res.Position.Seq)
		}
		r.exactly(t)
		parts := make([][]Message, defaultPartitions)
		for _, m := range r.messages(t) {
			p := m.Partition
			m.Offset, m.Time = 0, time.Time{}
			parts[p] = append(parts[p], m)
		}
		content[name] = parts
		if again := r.mustCatchup(t); again.Messages != 0 {
			t.Errorf("%s: the second call published %d messages", name, again.Messages)
		}
	}
	if !reflect.DeepEqual(content["embedded"], content["kafka"]) {
		t.Error("the messages differ between the brokers")
	}
}

// at is a step function that fails the nth time that a step is reached.
func at(step string, nth int) func(string) error {
	return func(s string) error {
		if s == step {
			if nth--; nth == 0 {
				return errCrash
			}
		}
		return nil
	}
}

var errCrash = fault.New(fault.Run, "test.crash", fault.T("测试中断", "the test ends it here"))

// TestRelay_I5_CrashAtEachStep: a relay that dies anywhere leaves nothing doubled and nothing lost.
func TestRelay_I5_CrashAtEachStep(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.fill()
		for _, step := range []string{"fenced", "added", "first produced", "produced", "committed", "noted", "produced", "added"} {
			rel := r.relay(t, func(o *Options) { o.Step = at(step, 1) })
			res, err := rel.Catchup(t.Context())
			if !errors.Is(err, errCrash) {
				t.Fatalf("at %s: got %v, want the crash", step, err)
			}
			rel.crash()
			pos := r.committedPosition(t)
			for _, m := range r.messages(t) {
				if seqOf(t, m) > pos {
					t.Fatalf("after a crash at %s (%d published), message %d is visible beyond position %d", step, res.Messages, seqOf(t, m), pos)
				}
			}
		}
		r.mustCatchup(t)
		r.exactly(t)
	})
}

func seqOf(t testing.TB, m Message) (seq uint64) {
	t.Helper()
	if _, err := fmt.Sscan(m.Header("seq"), &seq); err != nil {
		t.Fatal(err)
	}
	return seq
}

// committedPosition is what a consumer of committed messages finds as the kind's position.
func (r *rig) committedPosition(t testing.TB) (seq uint64) {
	t.Helper()
	if err := Read(t.Context(), r.cfg, PositionTopic, func(m Message) bool {
		if string(m.Key) == r.kind.Name {
			var p markJSON
			if err := json.Unmarshal(m.Value, &p); err != nil {
				t.Fatal(err)
			}
			seq = p.Seq
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return seq
}

// TestRelay_Catchup_CountsWhatWasCommittedWithoutAnAnswer: the answer to the end of a transaction is lost, the commit is
// not; it is counted once and not sent again.
func TestRelay_Catchup_CountsWhatWasCommittedWithoutAnAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.outbox.add(1, "run-a", penalties(0, 100, 1)...)
		lost := false
		rel := r.relay(t, func(o *Options) {
			o.Step = func(s string) error {
				if s == "committed" && !lost {
					lost = true
					return errors.New("connection reset by peer")
				}
				return nil
			}
		})
		res, err := rel.Catchup(t.Context())
		if err != nil || res.Messages != 100 || res.ByRun["run-a"] != 100 {
			t.Errorf("got %+v, %v, want 100 messages", res, err)
		}
		r.exactly(t)
	})
}

// TestRelay_Catchup_ZombieWritesNothingVisible: a relay that was overtaken is refused and says so.
func TestRelay_Catchup_ZombieWritesNothingVisible(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.outbox.add(1, "run-a", penalties(0, 100, 1)...)
		overtaken := false
		zombie := r.relay(t, func(o *Options) {
			o.Step = func(s string) error {
				// In the middle of its transaction another relay takes over and publishes the same.
				if s == "produced" && !overtaken {
					overtaken = true
					r.mustCatchup(t)
				}
				return nil
			}
		})
		res, err := zombie.Catchup(t.Context())
		if got := fault.CodeOf(err); got != "relay.fenced" || res.Messages != 0 {
			t.Errorf("the overtaken relay published %d messages, code %q (%v)", res.Messages, got, err)
		}
		if fault.ClassOf(err) != fault.Run {
			t.Errorf("class %v, want Run", fault.ClassOf(err))
		}
		r.exactly(t)
		r.outbox.add(2, "run-b", penalties(0, 10, 2)...)
		r.mustCatchup(t)
		r.exactly(t)
	})
}

// TestRelay_Catchup_IdleZombieIsRefused: a relay that sat idle while another took over is refused at its next transaction.
func TestRelay_Catchup_IdleZombieIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.outbox.add(1, "run-a", penalties(0, 10, 1)...)
		zombie := r.relay(t)
		if _, err := zombie.Catchup(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.outbox.add(2, "run-b", penalties(0, 10, 2)...)
		r.mustCatchup(t)
		r.outbox.add(3, "run-c", penalties(0, 10, 3)...)
		if _, err := zombie.Catchup(t.Context()); fault.CodeOf(err) != "relay.fenced" {
			t.Errorf("got %v, want relay.fenced", err)
		}
		r.mustCatchup(t)
		r.exactly(t)
	})
}

// TestRelay_Catchup_PublishesNothingOfACommitThatDiffers: rows or checksum are not what the ledger closed.
func TestRelay_Catchup_PublishesNothingOfACommitThatDiffers(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*outbox){
		"small, rows missing":  func(o *outbox) { o.add(2, "b", penalties(50, 90, 1)...); o.hidden[2] = 1 },
		"small, other sum":     func(o *outbox) { o.add(2, "b", penalties(50, 90, 1)...); o.commits[1].Checksum++ },
		"small, too many":      func(o *outbox) { o.add(2, "b", penalties(50, 90, 1)...); o.commits[1].Rows-- },
		"small, other notify":  func(o *outbox) { o.add(2, "b", penalties(50, 90, 1)...); o.commits[1].Notify-- },
		"large, rows missing":  func(o *outbox) { o.add(2, "b", penalties(50, 10_100, 1)...); o.hidden[2] = 1 },
		"large, other sum":     func(o *outbox) { o.add(2, "b", penalties(50, 10_100, 1)...); o.commits[1].Checksum++ },
		"nothing is there yet": func(o *outbox) { o.add(2, "b", penalties(50, 90, 1)...); o.hidden[2] = 90 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := embeddedRig(t)
			r.outbox.add(1, "a", penalties(0, 10, 1)...)
			spoil(r.outbox)
			r.outbox.add(3, "c", penalties(0, 10, 2)...)
			_, err := r.catchup(t)
			if fault.CodeOf(err) != "relay.commit_differs" {
				t.Fatalf("got %v, want relay.commit_differs", err)
			}
			for _, m := range r.messages(t) {
				if seqOf(t, m)>>seqBits != 1 {
					t.Fatalf("message %s of a later commit is published", m.Header("seq"))
				}
			}
		})
	}
}

// TestRelay_Catchup_LargeCommitThatBreaksOffKeepsItsEnd: the engine counted right but the stream is short. What was checked
// by the count may be out, the commit's end may not, and the whole comes once it is readable.
func TestRelay_Catchup_LargeCommitThatBreaksOffKeepsItsEnd(t *testing.T) {
	t.Parallel()
	r := embeddedRig(t)
	r.outbox.add(1, "a", penalties(0, 25_000, 1)...)
	r.outbox.lies[1], r.outbox.hidden[1] = true, 10
	if _, err := r.catchup(t); fault.CodeOf(err) != "relay.commit_differs" {
		t.Fatalf("got %v, want relay.commit_differs", err)
	}
	if pos := r.committedPosition(t); (Position{Seq: pos}).Covers(1) {
		t.Fatal("the position covers a commit that was not read whole")
	}
	delete(r.outbox.hidden, 1)
	r.mustCatchup(t)
	r.exactly(t)
}

func TestRelay_Run_PublishesWhatItIsWokenFor(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		published := make(chan Result, 100)
		rel := r.relay(t, func(o *Options) {
			o.Poll = time.Hour
			o.Published = func(_ context.Context, res Result) { published <- res }
		})
		wake, ended := make(chan struct{}, 1), make(chan error, 1)
		go func() { ended <- rel.Run(ctx, wake) }()
		for no := uint64(1); no <= 3; no++ {
			r.outbox.add(no, "run", penalties(0, 10, int(no))...)
			wake <- struct{}{}
			for n := uint64(0); n < 10; {
				select {
				case res := <-published:
					n += res.Messages
				case <-ctx.Done():
					t.Fatal("nothing was published")
				}
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("got %v, want nil when its context ends", err)
		}
		r.exactly(t)
	})
}

func TestFind_ReadsAllVersionsOfARecord(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.fill()
		r.mustCatchup(t)
		id := fmt.Sprintf("%x", penalty(1, 0, "").id)
		got, err := Find(t.Context(), r.cfg, r.kind.Name, id)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range got {
			ids = append(ids, m.Header("ce_id")+" "+m.Header("ce_type"))
		}
		ce := "cn.credit." + r.kind.Name
		if want := []string{id + ":1 " + ce + ".upsert", id + ":2 " + ce + ".upsert", id + ":3 " + ce + ".delete"}; !slices.Equal(ids, want) {
			t.Errorf("got %v, want %v", ids, want)
		}
		tomb, err := Find(t.Context(), r.cfg, r.kind.Name, fmt.Sprintf("%x", penalty(2, 0, "").id))
		if err != nil || len(tomb) != 3 || tomb[2].Value != nil {
			t.Errorf("got %d messages, %v, want the third to be a tombstone", len(tomb), err)
		}
	})
}

// TestRelay_I5_RandomCrashes: whatever is committed and wherever relays die, every message comes once and in order.
func TestRelay_I5_RandomCrashes(t *testing.T) {
	t.Parallel()
	addr := shared.embeddedAddr(t)
	kind := shared.kind(t)
	draws := 0
	rapid.Check(t, func(rt *rapid.T) {
		if draws++; draws > 25 {
			return // each draw is a topic of its own on the shared broker
		}
		r := newRig(Config{Brokers: []string{addr}, Embedded: true}, kindOf(fmt.Sprintf("%s_%d", kind.Name, draws), kind.Ordinal))
		r.outbox.perRead = rapid.SampledFrom([]int{7, 1000, 20_000}).Draw(rt, "perRead")
		no, versions := uint64(0), map[int]int{}
		for range rapid.IntRange(1, 6).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 3).Draw(rt, "commits") {
				no += rapid.Uint64Range(1, 3).Draw(rt, "gap")
				n := rapid.SampledFrom([]int{0, 1, 10, 300, 10_050}).Draw(rt, "rows")
				vs := make([]version, n)
				for i := range vs {
					versions[i]++
					vs[i] = penalty(i, versions[i], opUpsert)
					vs[i].silent = i%7 == 3
				}
				r.outbox.add(no, fmt.Sprint("run-", no), vs...)
			}
			step := rapid.SampledFrom([]string{"fenced", "added", "first produced", "produced", "committed", "noted", "none"}).Draw(rt, "step")
			rel := r.relay(t, func(o *Options) { o.Step = at(step, rapid.IntRange(1, 3).Draw(rt, "nth")) })
			if _, err := rel.Catchup(context.Background()); err != nil && !errors.Is(err, errCrash) {
				rt.Fatal(err)
			}
			rel.crash()
			rel.Close()
		}
		r.mustCatchup(t)
		if err := r.compare(r.messages(t)); err != nil {
			rt.Fatal(err)
		}
	})
}
