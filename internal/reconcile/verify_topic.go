package reconcile

import (
	"context"
	"fmt"
	"hash/maphash"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// verifyTopic holds the topic, as a consumer of committed messages reads it, against what the committed versions say it
// should hold up to the position.
func (s *Stores) verifyTopic(ctx context.Context, k *schemas.Kind, w Wish) Part {
	p := Part{Name: "topic", What: fault.T("主题 %[1]s 与版本", "topic %[1]s against the versions", bus.TopicOf(k.Name)), Unit: fault.T("条消息", "messages")}
	if s.Bus == nil {
		p.Err = s.BusErr
		return p
	}
	s.step(p.What)
	err := s.asRun(ctx, k, func(ctx context.Context, run uint64) error {
		t, err := s.newTelling(ctx, k, run, w)
		if err != nil {
			return err
		}
		return t.compare(ctx, &p, w)
	})
	p.Err = err
	return p
}

// modeVerify is how the ledger calls a run that compares.
const modeVerify = "verify"

// asRun does something that needs scratch tables under the number of a run of its own, and cleans them.
func (s *Stores) asRun(ctx context.Context, k *schemas.Kind, do func(ctx context.Context, run uint64) error) error {
	run, err := s.Ledger.Begin(ctx, ledger.BeginRun{Pipeline: modeVerify + ":" + k.Name, Kind: k.Name, Mode: modeVerify})
	if err != nil {
		return err
	}
	kept, release := s.Ledger.Keep(ctx, run)
	err = fault.Ended(do(kept, run.No), kept, ctx)
	release()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if ended := s.Ledger.Finish(last, run, ledger.Outcome{State: ledger.RunSkipped}); err == nil {
		err = ended
	}
	if cleaned := s.Warehouse.DropStage(last, k, run.No); cleaned == nil {
		_ = s.Ledger.MarkCleaned(last, run.ID) // else the janitor does it again
	}
	return err
}

// telling is one comparison of a topic.
type telling struct {
	*Stores
	kind       *schemas.Kind
	run        uint64
	commits    []ledger.Commit
	from, upTo uint64 // seq, both inclusive
	since      time.Time
	partitions int
	thinned    uint64 // below this seq the topic may have dropped what is superfluous
	givenUp    map[uint64]bool
	lost       uint64 // messages of commits that were given up

	seed    maphash.Seed
	batch   []warehouse.Told
	batches int
	seen    uint64
	said    time.Time
	astray  sorted // messages that are in the wrong partition, or cannot be read
}

// margin is how long before a commit was closed its messages are looked for: clocks are set back.
const margin = 24 * time.Hour

func (s *Stores) newTelling(ctx context.Context, k *schemas.Kind, run uint64, w Wish) (*telling, error) {
	t := &telling{Stores: s, kind: k, run: run, seed: maphash.MakeSeed(), said: s.Now(), astray: sorted{limit: w.Examples}}
	told, _, err := s.Ledger.Position(ctx, k.Name)
	if err != nil {
		return nil, err
	}
	standing, err := bus.Stand(ctx, *s.Bus, k)
	if err != nil {
		return nil, err
	}
	t.partitions = standing.Topic.Partitions
	t.upTo = max(told.Seq, standing.Position.Seq)
	if t.commits, err = s.committed(ctx, k.Name); err != nil {
		return nil, err
	}
	abandoned, err := s.Ledger.Abandoned(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	t.givenUp = map[uint64]bool{} // of one that was merely abandoned nothing was ever told
	for _, c := range abandoned {
		t.givenUp[c.No] = t.givenUp[c.No] || c.Kind == k.Name
	}
	t.from = w.Since.first(t.commits)
	for _, c := range t.commits {
		if t.from > 0 && endOf(c.No) >= t.from {
			t.since = c.ClosedAt.Add(-margin)
			break
		}
	}
	if !standing.Topic.There {
		return t, nil
	}
	after, thinned, err := bus.Thinning(ctx, *s.Bus, k.Name)
	if err == nil && thinned {
		t.thinned = Bound{Time: s.Now().Add(-after)}.first(t.commits)
	}
	return t, err
}

func (t *telling) compare(ctx context.Context, p *Part, w Wish) error {
	if err := t.due(ctx); err != nil {
		return err
	}
	if err := t.read(ctx); err != nil {
		return err
	}
	t.step(fault.T("对照消息与版本", "comparing messages and versions"))
	d, err := t.Warehouse.CompareTold(ctx, t.run, t.thinned, w.Examples)
	if err != nil {
		return err
	}
	p.Checked = max(d.Due, d.Told)
	topic := bus.TopicOf(t.kind.Name)
	for _, sort := range []struct {
		name string
		what fault.Text
		do   fault.Text
	}{
		{warehouse.ToldMissing, fault.T("缺少的消息（版本已发布，主题上没有）", "missing: the version was told, and the topic does not have it"), fault.T("creditsync repair 列出可选的做法；或用 creditsync replay 发到回放主题", "creditsync repair lists the ways on; or tell them on the replay topic with creditsync replay")},
		{warehouse.ToldTwice, fault.T("重复的消息", "doubled"), fault.T("消费方按 ce_id 去重即可", "consumers that look at ce_id take them once")},
		{warehouse.ToldLate, fault.T("次序颠倒（排在同一记录的新版本之后）", "out of order: after a newer version of their record"), fault.T("消费方应忽略比已有版本旧的消息", "consumers should ignore a version older than the one they have")},
		{warehouse.ToldOtherwise, fault.T("内容与版本不同", "with other contents than the version"), fault.T("查看例子；creditsync record 看全部版本", "look at the examples; creditsync record shows every version")},
		{warehouse.ToldUnknown, fault.T("没有对应的版本", "of no committed version"), fault.T("台账或 ClickHouse 多半比 Kafka 旧：creditsync check", "ledger or ClickHouse are probably older than Kafka: creditsync check")},
	} {
		p.find(sort.name, d.Counts[sort.name], sort.what, toldExamples(d, sort.name, topic), sort.do)
	}
	p.find("astray", t.astray.n, fault.T("分区不对，或读不懂", "in the wrong partition, or not readable"), t.astray.list, fault.T("查看是不是别的程序在写这个主题", "see whether another program writes to this topic"))
	if n := d.Counts[warehouse.ToldThinned]; n > 0 {
		p.Note = fault.T("另有 %d 条已被主题压缩（有更新的消息，且超过保留期），不算缺少", "%d more were thinned out by the topic (a newer message follows and their time is over); they do not count as missing", n)
	}
	if t.lost > 0 {
		p.Note = fault.T("另有 %d 条属于已放弃的提交（见审计 repair.given_up），没有版本可比", "%d more are of commits that were given up (repair.given_up in the audit) and have no versions to be held against", t.lost)
	}
	return nil
}

func toldExamples(d warehouse.ToldDiff, how, topic string) (list []Example) {
	for _, e := range d.Examples {
		if e.How != how {
			continue
		}
		one := Example{RecordID: e.RecordID, Version: e.Version, Seq: e.Seq, Commit: e.Seq >> seqBits}
		if e.Part >= 0 {
			one.Ref = fmt.Sprintf("%s/%d/%d", topic, e.Part, e.Place)
		}
		list = append(list, one)
	}
	return list
}

// due stages what the topic should hold.
func (t *telling) due(ctx context.Context) error {
	if t.upTo < t.from || t.upTo == 0 {
		return nil
	}
	rows, err := t.Rows(ctx, t.kind, t.from, t.upTo, "")
	if err != nil {
		return err
	}
	err = bus.NewRenderer(t.kind, t.Ledger.Deployment()).Each(rows, runsOf(t.commits), func(m bus.Rendered) error {
		row := warehouse.Told{Due: true, Part: -1, Place: -1, Version: m.Version, Seq: m.Seq, Op: m.Op, Hash: t.hash(m.Headers, m.Value)}
		copy(row.RecordID[:], m.ID)
		return t.add(ctx, row)
	})
	if err != nil {
		return err
	}
	return t.flush(ctx)
}

// runsOf finds the run of a closed commit.
func runsOf(commits []ledger.Commit) func(uint64) (string, bool) {
	runs := make(map[uint64]string, len(commits))
	for _, c := range commits {
		runs[c.No] = c.Run.String()
	}
	return func(no uint64) (string, bool) {
		run, ok := runs[no]
		return run, ok
	}
}

// read stages what the topic holds. What is told after the position that was read first is left out.
func (t *telling) read(ctx context.Context) error {
	topic := bus.TopicOf(t.kind.Name)
	var failed error
	take := func(m bus.Message) bool {
		row, ok := t.told(m)
		if !ok {
			return true
		}
		row.Hash = t.hash(m.Headers, m.Value)
		failed = t.add(ctx, row)
		return failed == nil
	}
	err := bus.ReadSince(ctx, *t.Bus, topic, t.since, take)
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return t.flush(ctx)
}

// told reads who and what a message is about; false for one that is not to be compared.
func (t *telling) told(m bus.Message) (warehouse.Told, bool) {
	row, ok := toldOf(m)
	id, place := string(m.Key), fmt.Sprintf("%s/%d/%d", m.Topic, m.Partition, m.Offset)
	if !ok {
		t.astray.add(Example{Ref: place, Detail: fault.T("读不懂：没有 ce_id 或 seq，或与键不符", "not readable: without ce_id or seq, or with another key")})
		return row, false
	}
	if t.givenUp[row.Seq>>seqBits] {
		t.lost++
		return row, false
	}
	if row.Seq < t.from || row.Seq > t.upTo {
		return row, false
	}
	if want := bus.Partition(m.Key, max(t.partitions, 1)); want != m.Partition {
		t.astray.add(Example{RecordID: id, Version: row.Version, Seq: row.Seq, Commit: row.Seq >> seqBits, Ref: place, Detail: fault.T("应在分区 %d", "belongs in partition %d", want)})
	}
	return row, true
}

// hash is that of what consumers go by: the value, and the headers that name the version.
func (t *telling) hash(headers []bus.Header, value []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	for _, name := range []string{"ce_id", "ce_type", "seq", "run"} {
		for _, one := range headers {
			if one.Key == name {
				h.Write(one.Value)
			}
		}
		h.WriteByte(0)
	}
	h.Write(value)
	return h.Sum64()
}

// toldAtOnce is how many messages one insert stages.
const toldAtOnce = 16_384

func (t *telling) add(ctx context.Context, row warehouse.Told) error {
	t.batch = append(t.batch, row)
	t.seen++
	if len(t.batch) < toldAtOnce {
		return nil
	}
	return t.flush(ctx)
}

func (t *telling) flush(ctx context.Context) error {
	err := t.Warehouse.StageTold(ctx, t.run, fmt.Sprintf("verify:%d:%d", t.run, t.batches), t.batch)
	t.batches++
	t.batch = t.batch[:0]
	if now := t.Now(); now.Sub(t.said) > 2*time.Second {
		t.said = now
		t.step(fault.T("%[1]s：已读 %[2]d 行", "%[1]s: %[2]d rows read", bus.TopicOf(t.kind.Name), t.seen))
	}
	return err
}
