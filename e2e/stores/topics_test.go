package stores

import (
	"fmt"
	"strings"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/bus"
	"creditsync/internal/testkit/kafka"
	"creditsync/internal/testkit/site"
)

// replayed is where messages are told again.
const replayed = site.Topic + ".replay"

// TestTopics: on Apache Kafka 4.2, as on the embedded broker, what an operator may do to a topic is noticed by check and at the
// start of a run, in words; nothing is told until the operator has said how to go on, and then everything once and in order.
func TestTopics(t *testing.T) {
	t.Parallel()
	if *all { // internal/app does the same with an embedded broker, step by step
		t.Run("embedded", func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Beside()
			s.topics()
		})
	}
	t.Run("Kafka 4.2", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		s.Kafka = kafka.Run(t).Addr
		s.Configure("creditsync.yaml", site.Config{Bus: fmt.Sprintf(`{kafka: {brokers: [%q]}}`, s.Kafka)})
		s.Engine = s.ServeEngine()
		s.topics()
	})
}

func (s *deployment) topics() {
	s.T.Helper()
	s.night(site.Changing(0))

	// The topic of positions is deleted when the ledger has not heard yet that a night was told.
	s.Deliver(s.from.Files(s.T, site.Changing(1)))
	if p := s.Start([]string{app.EnvDieAt + "=relay committed"}, "run"); !p.Killed() {
		s.T.Fatalf("the run did not die: %s", p.Printed())
	}
	kafka.Drop(s.T, s.Kafka, bus.PositionTopic)
	s.noticed("topic credit.relay of Kafka holds no position", "主题 credit.relay 上没有发布位置")
	s.Says(0, "find the position again", "repair", "--yes")
	s.Calmly()
	s.whole()

	// The topic is deleted: everything is told again.
	before := s.messages(site.Topic)
	kafka.Drop(s.T, s.Kafka, site.Topic)
	s.noticed("topic credit.admin_penalty is gone", "主题 credit.admin_penalty 已不存在")
	s.Says(1, "choose: --retell", "repair", "--yes")
	s.Says(0, "tell the messages after what Kafka still has again", "repair", "--retell", "--yes")
	s.Calmly()
	s.whole()
	s.same("the topic that was made again", s.messages(site.Topic), before)

	// It is deleted and made again with other partitions: only what is new is told.
	kafka.Drop(s.T, s.Kafka, site.Topic)
	kafka.Make(s.T, s.Kafka, site.Topic, 3)
	s.noticed("topic credit.admin_penalty was deleted and made again", "主题 credit.admin_penalty 已被删除并重建")
	s.Says(1, "tell nothing again", "repair", "--no-retell", "--yes")
	s.night(site.Changing(2))
	third := s.messages(site.Topic)
	if len(third) == 0 || len(third) >= len(before) {
		s.T.Errorf("%d messages on the new topic, want those of one night", len(third))
	}
	for name, part := range third {
		if before[name] != "" {
			s.T.Errorf("%s is told again: %s", name, part)
		}
	}
	for language, words := range map[string]string{"en": "missing: the version was told, and the topic does not have it: " + fmt.Sprint(len(before)), "zh": "缺少的消息（版本已发布，主题上没有）：" + fmt.Sprint(len(before))} {
		s.Says(1, words, "verify", "--language", language)
	}

	// Partitions are added.
	kafka.Widen(s.T, s.Kafka, site.Topic, 2)
	s.noticed("topic credit.admin_penalty had 3 partitions and has 5 now", "主题 credit.admin_penalty 的分区数由 3 变为 5")
	s.Says(1, "cannot be told again", "repair", "--retell", "--yes")
	s.Says(1, "tell nothing again", "repair", "--no-retell", "--yes")
	s.night(site.Changing(3))
	if n := len(s.messages(site.Topic)); n <= len(third) {
		s.T.Errorf("%d messages after another night, there were %d", n, len(third))
	}

	// What is missing there is told on another topic, which changes nothing here.
	all := s.messages(site.Topic)
	for name, value := range before {
		all[name] = value
	}
	s.Says(0, fmt.Sprintf("%s would get %d messages", replayed, len(all)), "replay", site.Kind, "--dry-run")
	s.Says(0, fmt.Sprintf("%s got %d messages", replayed, len(all)), "replay", site.Kind)
	s.same("the replay", s.messages(replayed), all)
	s.Calmly()
	s.same("the topic after the replay", s.messages(site.Topic), minus(all, before))
}

// noticed fails unless check and run say it, with exit status 3, and the run tells nothing.
func (s *deployment) noticed(en, zh string) {
	s.T.Helper()
	s.Says(3, en, "run")
	if p := s.Start(nil, "check", "--language", "zh"); p.Ended() != 3 || !p.Says(zh) || !p.Says("creditsync repair") {
		s.T.Errorf("check: exit %d, want 3 and a word of %q: %s", p.Ended(), zh, p.Printed())
	}
}

// whole fails unless every version that is to be told is on the topic, once, and nothing differs anywhere.
func (s *deployment) whole() {
	s.T.Helper()
	s.Says(0, "", "verify")
	want := s.Ask("SELECT concat(lower(hex(record_id)), ':', toString(version)) FROM credit.admin_penalty_versions WHERE notify AND commit_no IN (SELECT commit_no FROM credit.commits WHERE kind = 'admin_penalty')")
	got := s.messages(site.Topic)
	for _, name := range want {
		if got[name] == "" {
			s.T.Errorf("%s is not on the topic", name)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		s.T.Errorf("%d messages of no version", len(got))
	}
}

// messages are those of a topic by ce_id, each of which is there once and, in its partition, after the earlier versions of its
// record.
func (s *deployment) messages(topic string) map[string]string {
	s.T.Helper()
	out, versions := map[string]string{}, map[string]int{}
	err := bus.Read(s.T.Context(), bus.Config{Brokers: []string{s.Kafka}, Embedded: true}, topic, func(m bus.Message) bool {
		name := m.Header("ce_id")
		id, number, _ := strings.Cut(name, ":")
		at := fmt.Sprint(m.Partition, id)
		var version int
		if _, err := fmt.Sscan(number, &version); err != nil || version <= versions[at] || out[name] != "" || id != string(m.Key) {
			s.T.Errorf("%s: %s after version %d, %v", topic, name, versions[at], err)
		}
		out[name], versions[at] = string(m.Value), version
		return true
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return out
}

func (s *deployment) same(what string, got, want map[string]string) {
	s.T.Helper()
	if len(got) != len(want) {
		s.T.Errorf("%s: %d messages, want %d", what, len(got), len(want))
	}
	for name, value := range want {
		if got[name] != value {
			s.T.Errorf("%s: %s says %.200s\nwant %.200s", what, name, got[name], value)
			return
		}
	}
}

func minus(a, b map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range a {
		if _, there := b[name]; !there {
			out[name] = value
		}
	}
	return out
}
