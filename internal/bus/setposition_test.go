package bus

import (
	"testing"
)

// A position that is set by hand is where the next relay goes on, on a topic that was made anew with other partitions too.
func TestSetPosition_OnATopicMadeAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.started(t)
		const partitions = 3
		r.recreate(t, partitions)
		r.stops(t, "relay.topic_recreated")
		pos, err := SetPosition(t.Context(), r.cfg, r.kind, "d1", Position{})
		if err != nil || pos.Partitions != partitions || pos.Seq != 0 {
			t.Fatalf("got %+v, %v", pos, err)
		}
		standing, err := Stand(t.Context(), r.cfg, r.kind)
		if err != nil || !standing.Found || standing.Position.Seq != 0 || standing.Topic.Partitions != partitions {
			t.Fatalf("it stands at %+v, %v", standing, err)
		}
		r.lease.pos, r.lease.set = pos, true
		r.mustCatchup(t)
		got := r.messages(t)
		if len(got) != 40 {
			t.Errorf("%d messages, want those of both commits", len(got))
		}
		for _, m := range got {
			if m.Partition != Partition(m.Key, partitions) {
				t.Errorf("%s is in partition %d", m.Key, m.Partition)
			}
		}
	})
}

// A replay is seen whole or not at all, carries its name in each message, and moves no position.
func TestReplay_MovesNoPosition(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.started(t)
		before := r.committedPosition(t)
		replay, err := NewReplay(t.Context(), r.cfg, r.kind, "d1", "again")
		if err != nil {
			t.Fatal(err)
		}
		defer replay.Close(t.Context())
		rows, err := r.outbox.Read(t.Context(), Commit{No: 1})
		if err != nil {
			t.Fatal(err)
		}
		tell := func(m Rendered) error { return replay.Tell(t.Context(), m) }
		if err := NewRenderer(r.kind, "d1").Each(rows, func(uint64) (string, bool) { return "a", true }, tell); err != nil {
			t.Fatal(err)
		}
		told := func() (n int) {
			t.Helper()
			err := Read(t.Context(), r.cfg, ReplayTopicOf(r.kind.Name), func(m Message) bool {
				if n++; m.Header("replay") != "again" || m.Header("ce_id") == "" || m.Value == nil {
					t.Errorf("message %+v", m)
				}
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := told(); n != 0 {
			t.Errorf("%d messages are seen before the end", n)
		}
		if err := replay.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := told(); n != 20 || replay.Told != 20 {
			t.Errorf("%d messages, %d told, want 20", n, replay.Told)
		}
		if after := r.committedPosition(t); after != before {
			t.Errorf("the position moved from %d to %d", before, after)
		}
		r.mustCatchup(t)
		r.exactly(t)
	})
}
