package bus

import (
	"context"
	"fmt"

	"creditsync/internal/fault"
)

// begin starts a session: it fences every older relay of the kind and finds out where to go on. It never starts at the
// beginning where anything says that messages were published before.
func (r *Relay) begin(ctx context.Context) error {
	o := &r.options
	told, remembered, err := o.Lease.Position(ctx, o.Kind.Name)
	if err != nil {
		return ledgerTrouble(err)
	}
	if err := r.positionTopic(ctx, remembered, told); err != nil {
		return err
	}
	p, err := newProducer(o)
	if err != nil {
		return err
	}
	if err := r.enter(ctx, p, told, remembered); err != nil {
		p.close(ctx, false)
		return err
	}
	r.producer = p
	return nil
}

// enter fences, reads the position and holds it against the ledger and the topic.
func (r *Relay) enter(ctx context.Context, p *producer, told Position, remembered bool) error {
	o := &r.options
	if err := p.init(ctx); err != nil {
		return err
	}
	if err := o.Step("fenced"); err != nil {
		return err
	}
	pos, deployment, found, err := readPosition(ctx, o.Config, r.admin, o.Kind.Name, o.Kind.Ordinal)
	if err != nil {
		return err
	}
	if err := misplaced(o.Kind.Name, o.Deployment, deployment, found, remembered, pos, told); err != nil {
		return err
	}
	topic, err := r.kindTopic(ctx, found, pos)
	if err != nil {
		return err
	}
	if !found {
		pos = Position{TopicID: topic.id, Partitions: topic.partitions}
		if err := p.forget(o.Config); err != nil {
			return err
		}
	}
	if err := r.ledgerKnows(ctx, pos); err != nil {
		return err
	}
	marks, _, err := describe(ctx, r.client, PositionTopic)
	if err != nil {
		return err
	}
	if len(marks.leaders) <= p.ordinal {
		return positionPartition(marks.partitions)
	}
	p.sequence, p.leaders, p.marks = make([]int32, topic.partitions), topic.leaders, marks.leaders[p.ordinal]
	r.position, r.told = pos, told
	return nil
}

// misplaced holds a position against what the ledger remembers: nil where a relay may go on after it.
func misplaced(kind, deployment, wrote string, found, remembered bool, pos, told Position) error {
	switch {
	case !found && remembered:
		return positionMissing(kind, told)
	case found && wrote != deployment:
		return fault.New(fault.Environment, "relay.other_deployment", fault.T("主题 %s 属于另一套部署 %s（本部署为 %s）", "topic %s belongs to another deployment, %s; this one is %s", PositionTopic, wrote, deployment)).
			Do(fault.T("每套部署使用各自的 Kafka，或把台账、ClickHouse 与 Kafka 恢复为同一套", "give each deployment a Kafka of its own, or restore ledger, ClickHouse and Kafka of one and the same"))
	case found && remembered && pos.Seq < told.Seq:
		return fault.New(fault.Environment, "relay.position_older", fault.T(
			"Kafka 比台账旧：%[1]s 在 Kafka 上只发布到提交 %[2]d（位置 %[3]d），台账记得已发布到提交 %[4]d（位置 %[5]d）。继续发布会重复已发过的消息",
			"Kafka is older than the ledger: there %[1]s is published up to commit %[2]d (position %[3]d), and the ledger remembers commit %[4]d (position %[5]d). Going on would publish again what was published",
			kind, pos.Commit(), pos.Seq, told.Commit(), told.Seq)).
			Do(fault.T("Kafka 被恢复到较早的状态，或掉电丢失了数据。creditsync repair 列出可选的做法：重发缺少的消息，或从台账的位置继续", "Kafka was put back to an earlier state or lost data at a power cut. creditsync repair lists the ways on: tell the missing messages again, or go on from the ledger's position"))
	}
	return nil
}

// positionTopic makes the topic of positions on the very first start.
func (r *Relay) positionTopic(ctx context.Context, remembered bool, told Position) error {
	o := &r.options
	s, there, err := describe(ctx, r.client, PositionTopic)
	if err != nil {
		return err
	}
	if !there {
		if remembered {
			return positionMissing(o.Kind.Name, told)
		}
		s, err = create(ctx, r.client, PositionTopic, positionPartitions, o.Config.replication(), o.Config.positionConfig())
		if err != nil {
			return err
		}
	}
	if s.partitions <= o.Kind.Ordinal {
		return positionPartition(s.partitions)
	}
	return nil
}

func positionPartition(have int) error {
	return fault.New(fault.Environment, "relay.positions_topic", fault.T("主题 %s 只有 %d 个分区", "topic %s has only %d partitions", PositionTopic, have)).
		Do(fault.T("把分区数增加到 %d", "raise them to %d", positionPartitions))
}

func positionMissing(kind string, told Position) error {
	return fault.New(fault.Environment, "relay.position_missing", fault.T("台账记得 %s 已发布到提交 %d（位置 %d），但 Kafka 的主题 %s 上没有发布位置。从头发布会重复所有消息", "the ledger remembers that %s is published up to commit %d (position %d), but topic %s of Kafka holds no position. Publishing from the start would double every message", kind, told.Commit(), told.Seq, PositionTopic)).
		Do(fault.T("先确认 bus 配置的是原来的 Kafka；如果只是 %[1]s 丢了，creditsync repair 从台账和消息主题找回位置", "First see that bus names the right Kafka; if %[1]s alone was lost, creditsync repair finds the position again from the ledger and the messages", PositionTopic))
}

// kindTopic finds the kind's topic as the position knows it, or makes it on the very first start.
func (r *Relay) kindTopic(ctx context.Context, started bool, pos Position) (topicState, error) {
	o := &r.options
	name := TopicOf(o.Kind.Name)
	s, there, err := describe(ctx, r.client, name)
	if err != nil {
		return s, err
	}
	if !there && !started {
		return create(ctx, r.client, name, o.Config.partitions(), o.Config.replication(), o.Config.topicConfig())
	}
	if !started {
		return s, nil
	}
	return s, sameTopic(name, there, s, pos)
}

// sameTopic says what is wrong with a topic that is not the one that the position was written for.
func sameTopic(name string, there bool, s topicState, pos Position) error {
	switch {
	case !there:
		return fault.New(fault.Environment, "relay.topic_missing", fault.T("主题 %s 已不存在，而它已发布到提交 %d（位置 %d）", "topic %s is gone, and it was published up to commit %d (position %d)", name, pos.Commit(), pos.Seq)).
			Do(fault.T("能恢复就恢复原主题；否则 creditsync repair 列出可选的做法：重建并重发，或重建后只发新的消息", "Restore it if that can be done; if not, creditsync repair lists the ways on: make it again and tell everything again, or make it again and tell only what is new"))
	case s.id != pos.TopicID && s.id != "" && pos.TopicID != "":
		return fault.New(fault.Environment, "relay.topic_recreated", fault.T("主题 %s 已被删除并重建（%s，原为 %s）", "topic %s was deleted and made again (%s, was %s)", name, s.id, pos.TopicID)).
			Do(fault.T("能恢复就恢复原主题；否则 creditsync repair 列出可选的做法：重发以前的消息，或只发新的", "Restore the old one if that can be done; if not, creditsync repair lists the ways on: tell the earlier messages again, or only what is new"))
	case s.partitions != pos.Partitions:
		return fault.New(fault.Environment, "relay.partitions_changed", fault.T("主题 %s 的分区数由 %d 变为 %d：同一记录的消息会失去顺序", "topic %s had %d partitions and has %d now: messages of one record would lose their order", name, pos.Partitions, s.partitions)).
			Do(fault.T("分区只能增加不能减少：creditsync repair 列出可选的做法，在消费方读完之前不要继续发布", "Partitions can only be added: creditsync repair lists the ways on; publish nothing before its consumers have read everything"))
	}
	return nil
}

// sameTopic holds the topic against the position before each commit: topics are addressed by name, and a new one under
// the old name would be written to without a word.
func (r *Relay) sameTopic(ctx context.Context) error {
	name := TopicOf(r.options.Kind.Name)
	s, there, err := describe(ctx, r.client, name)
	if err != nil {
		return err
	}
	return sameTopic(name, there, s, r.position)
}

// ledgerKnows refuses a position in a commit that the ledger does not have, or has of another run: then the ledger is older
// than Kafka, or was when it gave that number, and what it gives next was published before with other contents.
func (r *Relay) ledgerKnows(ctx context.Context, pos Position) error {
	no := pos.Seq >> seqBits
	if no == 0 {
		return nil
	}
	known, err := r.options.Outbox.Committed(ctx, r.options.Kind.Name, no-1, 1)
	if err != nil {
		return fmt.Errorf("commits after %d: %w", no-1, err)
	}
	if len(known) > 0 && known[0].No == no && (pos.Run == "" || pos.Run == known[0].Run) {
		return nil
	}
	return LedgerOlder(r.options.Kind.Name, pos)
}

// LedgerOlder is the fault where Kafka is published up to a commit that the ledger does not have, or has of another run.
func LedgerOlder(kind string, pos Position) error {
	return fault.New(fault.Environment, "relay.ledger_older", fault.T(
		"台账比 Kafka 旧：%[1]s 在 Kafka 上已发布到提交 %[2]d（位置 %[3]d），台账中没有这次提交。继续运行会用已发布过的版本号发布别的内容",
		"the ledger is older than Kafka: there %[1]s is published up to commit %[2]d (position %[3]d), which the ledger does not have. Going on would publish other contents under versions that were published",
		kind, pos.Commit(), pos.Seq)).
		Do(fault.T("台账被恢复到较早的状态：有与 Kafka 同一时刻的台账和 ClickHouse 就恢复它们；没有，creditsync repair 从 ClickHouse 找回，或放弃只有 Kafka 知道的提交", "The ledger was put back to an earlier state: restore ledger and ClickHouse of the same moment as Kafka if there are any; if not, creditsync repair brings it back from ClickHouse, or gives up what Kafka alone knows"))
}
