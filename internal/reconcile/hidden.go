package reconcile

import (
	"context"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
)

// judgeHidden is about a transaction that hides how far a kind is published. A relay at work ends its own in a moment, and one
// that starts ends what an earlier one left open; a repair must know before it says that nothing is wrong.
func (s *Stores) judgeHidden(v *sight) *fault.Error {
	if !s.Mending || v.relayed {
		return nil
	}
	k := label(v.kind)
	return fault.New(fault.Environment, "relay.position_hidden", fault.T(
		"Kafka 上有一个没有结束的事务，看不到%[1]s发布到了哪里", "a transaction on Kafka that nobody ends hides how far %[2]s is published", k.ZH, k.EN)).
		Do(fault.T("creditsync repair 结束它；Kafka 过一段时间也会自己结束", "creditsync repair ends it; so does Kafka after a while"))
}

// planHidden ends what a process that died has left open.
func (s *Stores) planHidden(m *Mending) {
	k := m.Damage.Kind
	m.Will = fault.T("结束这个事务：其中的内容作废", "end the transaction; nothing of it counts")
	m.do = func(ctx context.Context) error {
		lease, err := s.Ledger.TakeRelay(ctx, k.Name)
		if err != nil {
			return err
		}
		defer func() { _ = s.Ledger.ReleaseRelay(context.WithoutCancel(ctx), lease) }()
		if err := bus.Fence(ctx, *s.Bus, k, s.Ledger.Deployment()); err != nil {
			return err
		}
		standing, err := bus.Stand(ctx, *s.Bus, k)
		if err == nil && standing.Hidden {
			err = fault.New(fault.Environment, "repair.hidden", fault.T("主题 %s 上没有结束的事务是别的程序的", "the transaction on topic %s that does not end is another program's", bus.PositionTopic)).
				Do(fault.T("等它结束（kafka-transactions.sh list），再运行一次", "Wait until it has ended (kafka-transactions.sh list), then try again"))
		}
		return err
	}
}
