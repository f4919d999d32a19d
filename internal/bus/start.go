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
	switch {
	case !found && remembered:
		return positionMissing(o.Kind.Name, told)
	case found && deployment != o.Deployment:
		return fault.New(fault.Environment, "relay.other_deployment", fault.T("主题 %s 属于另一套部署 %s（本部署为 %s）", "topic %s belongs to another deployment, %s; this one is %s", PositionTopic, deployment, o.Deployment)).
			Do(fault.T("每套部署使用各自的 Kafka，或把台账、ClickHouse 与 Kafka 恢复为同一套", "give each deployment a Kafka of its own, or restore ledger, ClickHouse and Kafka of one and the same"))
	case found && remembered && pos.Seq < told.Seq:
		return fault.New(fault.Environment, "relay.position_older", fault.T("Kafka 记录的发布位置 %d 早于台账记录的 %d：部分消息已丢失", "Kafka's position %d is older than the %d that the ledger remembers: messages were lost", pos.Seq, told.Seq)).
			Do(fault.T("Kafka 被恢复到较早的状态或掉电丢失了数据；请先核对，再决定重发", "Kafka was restored to an earlier state or lost data at a power cut; find out which before publishing again"))
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
	return fault.New(fault.Environment, "relay.position_missing", fault.T("台账记得 %s 已发布到 %d，但 Kafka 上没有发布位置", "the ledger remembers that %s is published up to %d, but Kafka holds no position", kind, told.Seq)).
		Do(fault.T("这是另一个 Kafka，或主题 %[1]s 已被清除；恢复它，切勿从头重发", "this is another Kafka, or topic %s was removed; restore it, for publishing everything anew would double it", PositionTopic))
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
		return fault.New(fault.Environment, "relay.topic_missing", fault.T("主题 %s 已不存在，但它已发布到 %d", "topic %s is gone, but it was published up to %d", name, pos.Seq)).
			Do(fault.T("恢复该主题；新建的空主题会缺少以前的消息", "restore it; an empty new one would lack all earlier messages"))
	case s.partitions != pos.Partitions:
		return fault.New(fault.Environment, "relay.partitions_changed", fault.T("主题 %s 的分区数由 %d 变为 %d：同一记录的消息会失去顺序", "topic %s had %d partitions and has %d now: messages of one record would lose their order", name, pos.Partitions, s.partitions)).
			Do(fault.T("恢复原来的分区数", "bring back the number it had"))
	case s.id != pos.TopicID && s.id != "" && pos.TopicID != "":
		return fault.New(fault.Environment, "relay.topic_recreated", fault.T("主题 %s 已被删除并重建（%s，原为 %s）", "topic %s was deleted and made again (%s, was %s)", name, s.id, pos.TopicID)).
			Do(fault.T("恢复原主题；新建的空主题缺少以前的消息", "restore the old one; the new one lacks all earlier messages"))
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

// ledgerKnows refuses a position in a commit that the ledger does not have: then the ledger is older than Kafka, and the
// numbers it gives next were published before with other contents.
func (r *Relay) ledgerKnows(ctx context.Context, pos Position) error {
	no := pos.Seq >> seqBits
	if no == 0 {
		return nil
	}
	known, err := r.options.Outbox.Committed(ctx, r.options.Kind.Name, no-1, 1)
	if err != nil {
		return fmt.Errorf("commits after %d: %w", no-1, err)
	}
	if len(known) > 0 {
		return nil
	}
	return fault.New(fault.Environment, "relay.ledger_older", fault.T("Kafka 已发布到第 %d 次提交，而台账中没有这次提交", "Kafka is published up to commit %d, which the ledger does not have", no)).
		Do(fault.T("台账被恢复到较早的状态；请恢复与 Kafka 同一时刻的台账和 ClickHouse", "the ledger was restored to an earlier state; restore ledger and ClickHouse of the same moment as Kafka"))
}
