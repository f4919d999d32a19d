package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Choice is what an operator decides about messages that are on no topic any more.
type Choice string

// The choices. Consumers may see a message that is told again twice.
const (
	Undecided Choice = ""
	Retell    Choice = "retell"    // tell them again
	NoRetell  Choice = "no-retell" // go on after them
)

// Mending is what can be done about one damage.
type Mending struct {
	Damage Damage
	// Will says what is done; empty where nothing can be.
	Will fault.Text
	// Needs says what an operator must decide or do first; empty for nothing.
	Needs fault.Text
	do    func(context.Context) error
}

// Possible reports whether it can be done now.
func (m Mending) Possible() bool { return m.do != nil }

// Plan says what can be done about the damages of a kind.
func (s *Stores) Plan(ctx context.Context, damages []Damage, choice Choice) (list []Mending) {
	behind := map[string]bool{}
	for _, d := range damages {
		behind[d.Kind.Name] = behind[d.Kind.Name] || d.Code() == "stores.ledger_older"
	}
	for _, d := range damages {
		m := s.plan(ctx, d, choice)
		if behind[d.Kind.Name] && d.Code() == "relay.ledger_older" {
			m.Will, m.do = fault.Text{}, nil
			m.Needs = fault.T("台账找回后再看", "looked at again once the ledger is brought back")
		}
		list = append(list, m)
	}
	return list
}

func (s *Stores) plan(ctx context.Context, d Damage, choice Choice) Mending {
	m, k := Mending{Damage: d}, d.Kind
	switch d.Code() {
	case "warehouse.detached":
		s.planAttach(&m)
	case "warehouse.damaged":
		s.planDamaged(ctx, &m)
	case "stores.versions_lost":
		s.planVersions(ctx, &m)
	case "stores.warehouse_older":
		s.planGivenUp(&m)
	case "relay.ledger_older":
		s.planBehindKafka(&m)
	case "stores.ledger_older":
		m.Will = fault.T("从 ClickHouse 的提交清单找回台账缺少的提交、运行和游标", "bring the commits, runs and cursors that the ledger lacks back from ClickHouse's lists")
		m.do = func(ctx context.Context) error { return s.mendLedger(ctx, d) }
	case "stores.commits_unlisted":
		m.Will = fault.T("核对校验和后，把台账中的提交补进 credit.commits，并更新当前表", "after comparing checksums, list the ledger's commits in credit.commits again and bring current forward")
		m.do = func(ctx context.Context) error { return s.mendList(ctx, d) }
	case "stores.current_differs":
		m.Will = fault.T("从版本重建 credit.%[1]s_current 和 credit.%[1]s_live", "make credit.%[1]s_current and credit.%[1]s_live again from the versions", k.Name)
		m.do = func(ctx context.Context) error { return s.rebuild(ctx, k) }
	case "stores.quarantine_differs":
		m.Will = fault.T("从 credit.quarantine_versions 重建 credit.quarantine", "make credit.quarantine again from credit.quarantine_versions")
		m.do = func(ctx context.Context) error {
			return s.locked(ctx, k, func(ctx context.Context, _ *ledger.Run, _ *ledger.KindLock) error {
				return s.Warehouse.RebuildQuarantine(ctx, k)
			})
		}
	case "relay.position_missing":
		if !d.sight.sameTopic() {
			s.planTopic(ctx, &m, choice)
			return m
		}
		m.Will = fault.T("从台账和主题上的消息找回发布位置", "find the position again from the ledger and the messages on the topic")
		m.do = func(ctx context.Context) error { return s.mendPosition(ctx, d) }
	case "relay.position_hidden":
		s.planHidden(&m)
	case "relay.position_older", "relay.topic_missing", "relay.topic_recreated", "relay.partitions_changed":
		s.planTopic(ctx, &m, choice)
	default:
		m.Needs = fault.T("无法自动修复：请从同一时刻的备份恢复，见 docs/howto/restore.md", "cannot be mended from what is left: restore a backup of one moment, see docs/howto/restore.md")
	}
	return m
}

// planTopic is about messages that are gone from a topic: only an operator knows whether their consumers have them.
func (s *Stores) planTopic(ctx context.Context, m *Mending, choice Choice) {
	d := m.Damage
	switch {
	case d.Code() == "relay.position_older" && s.silent(ctx, d):
		m.Will = fault.T("从台账记得的发布位置继续：其间没有要发布的消息", "go on after the position that the ledger remembers: there is nothing to tell between the two")
		m.do = func(ctx context.Context) error { return s.mendTopic(ctx, d, false) }
	case choice == Undecided:
		m.Needs = fault.T("请选择：--retell 重发（消费方可能收到两次，按 ce_id 去重）；--no-retell 从已发布的位置继续（主题上将缺少以前的消息）",
			"choose: --retell tells them again (consumers may get them twice and must look at ce_id); --no-retell goes on after what was published (the topic stays without the earlier ones)")
	case choice == Retell && d.Code() == "relay.partitions_changed":
		m.Needs = fault.T("分区变了，旧消息还在：不能重发。消费方读完后用 --no-retell", "partitions were added and the old messages are still there: they cannot be told again. Use --no-retell once consumers have read everything")
	case choice == Retell:
		m.Will = fault.T("从 Kafka 还有的位置起，把以后的消息按顺序重新发到原主题", "tell the messages after what Kafka still has again, in order, on the usual topic")
		m.do = func(ctx context.Context) error { return s.mendTopic(ctx, d, true) }
	default:
		m.Will = fault.T("不重发，从台账记得的发布位置继续", "tell nothing again and go on after the position that the ledger remembers")
		m.do = func(ctx context.Context) error { return s.mendTopic(ctx, d, false) }
	}
}

// silent reports whether no message lies between where Kafka stands and where the ledger remembers that it stood.
func (s *Stores) silent(ctx context.Context, d Damage) bool {
	commits, err := s.committed(ctx, d.Kind.Name)
	return err == nil && !slices.ContainsFunc(commits, func(c ledger.Commit) bool {
		return c.Notify > 0 && endOf(c.No) > d.sight.broker.Position.Seq && c.No<<seqBits <= d.sight.told.Seq
	})
}

// Do carries a mending out. It may be repeated.
func (m Mending) Do(ctx context.Context) error { return m.do(ctx) }

// modeRepair is how the ledger calls a run that mends.
const modeRepair = "repair"

// locked does something while nobody else commits to the kind.
func (s *Stores) locked(ctx context.Context, k *schemas.Kind, do func(context.Context, *ledger.Run, *ledger.KindLock) error) error {
	last, err := s.Warehouse.LastRun(ctx)
	if err != nil {
		return err
	}
	if err := s.Ledger.SkipRuns(ctx, last); err != nil {
		return err
	}
	run, err := s.Ledger.Begin(ctx, ledger.BeginRun{Pipeline: modeRepair + ":" + k.Name, Kind: k.Name, Mode: modeRepair})
	if err != nil {
		return err
	}
	kept, release := s.Ledger.Keep(ctx, run)
	defer release()
	lock, err := s.Ledger.LockKind(kept, run, 0)
	if err == nil {
		err = fault.Ended(do(kept, run, lock), kept, ctx)
	}
	state := ledger.Outcome{State: ledger.RunSkipped}
	if err != nil {
		state = ledger.Outcome{State: ledger.RunFailed, Error: err.Error(), ErrorCode: fault.CodeOf(err)}
	}
	if ended := s.Ledger.Finish(context.WithoutCancel(ctx), run, state); err == nil {
		err = ended
	}
	return err
}

// mendLedger brings back what ClickHouse knows as closed. Numbers that carry rows and are not listed were never closed, unless
// current or Kafka know the newest of them: then that one commit cannot be proven whole, and nothing is done.
func (s *Stores) mendLedger(ctx context.Context, d Damage) error {
	k := d.Kind
	var lost ledger.Lost
	runs, err := s.Warehouse.Runs(ctx, k)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range runs {
		one, err := runRow(r)
		if err != nil {
			return err
		}
		known[r.Run] = true
		lost.Runs = append(lost.Runs, one)
	}
	listed, err := s.Warehouse.Commits(ctx, k, 0)
	if err != nil {
		return err
	}
	lost.Moved = map[uint64]ledger.Standing{}
	var newest uint64
	for _, c := range listed {
		newest = c.No
		one, err := commitRow(c)
		if err != nil {
			return err
		}
		if !known[c.Run] { // its process died before it was listed
			known[c.Run] = true
			lost.Runs = append(lost.Runs, ledger.RunRow{ID: one.Run, No: c.RunNo, Pipeline: c.Pipeline, Kind: k.Name, Note: "known by its commit alone", Started: c.At, Finished: c.At, Outcome: ledger.Outcome{State: ledger.RunFailed, Counts: one.Counts, ErrorCode: "run.ended", Error: "its process ended"}})
		}
		lost.Commits = append(lost.Commits, one)
		if c.Last {
			lost.Moved[c.No] = ledger.Standing{Run: one.Run, Cursor: c.Cursor, Inputs: c.Inputs, Moved: c.At}
		}
	}
	if lost.Tried, err = s.tried(ctx, d, newest, &lost); err != nil {
		return err
	}
	return s.locked(ctx, k, func(ctx context.Context, run *ledger.Run, lock *ledger.KindLock) error {
		return s.Ledger.BringBack(ctx, run, lock, lost)
	})
}

// tried are the numbers above the newest listed commit that carry rows. The newest of them may have been closed and not been
// listed: then it is brought back too, if it is whole.
func (s *Stores) tried(ctx context.Context, d Damage, newest uint64, lost *ledger.Lost) ([]uint64, error) {
	highest := d.sight.engine.Highest
	if highest <= newest {
		return nil, nil
	}
	closed, err := s.Warehouse.CurrentHas(ctx, d.Kind, highest)
	if err != nil {
		return nil, err
	}
	there, err := s.Warehouse.CountCommits(ctx, d.Kind, newest+1, highest)
	if err != nil {
		return nil, err
	}
	if b := d.sight.broker; closed || b != nil && b.Found && b.Position.Commit() >= highest {
		if err := s.unlisted(ctx, d, highest, lost); err != nil {
			return nil, err
		}
		delete(there, highest)
	} else {
		there[highest] = 0
	}
	list := make([]uint64, 0, len(there))
	for no := range there {
		list = append(list, no)
	}
	slices.Sort(list)
	return list, nil
}

// unlisted brings back a commit that was closed, for current or Kafka know it, and that is in no list. Its rows were counted
// when it was closed; they are whole now if each number from 1 to the last is there once.
func (s *Stores) unlisted(ctx context.Context, d Damage, no uint64, lost *ledger.Lost) error {
	w, err := s.Warehouse.Whose(ctx, d.Kind, no)
	if err != nil {
		return err
	}
	sums, err := s.Warehouse.SumCommits(ctx, d.Kind, no, no)
	if err != nil {
		return err
	}
	refused, err := s.Warehouse.SumRefusals(ctx, d.Kind, no, no)
	if err != nil {
		return err
	}
	v, q := byNumber(sums)[no], byNumber(refused)[no]
	if v.Rows == 0 || v.Rows != w.Last || v.Records != v.Rows || v.Numbers != v.Rows || q.Records != q.Rows {
		return fault.New(fault.Environment, "repair.unproven", fault.T("提交 %[1]d 已关闭（当前表或 Kafka 知道它），但清单里没有，而且不完整：有 %[2]d 行，最后一行是第 %[3]d 行", "commit %[1]d was closed (current or Kafka know it), is not listed and is not whole: it has %[2]d rows, the last of them is number %[3]d", no, v.Rows, w.Last)).
			Do(fault.T("请恢复最新的台账，或同一时刻的备份", "Restore the latest ledger, or a backup of one moment"))
	}
	run := ledger.RunRow{No: w.RunNo, Pipeline: w.Pipeline, Kind: d.Kind.Name, Note: "known by its rows alone", Started: w.At, Finished: w.At, Outcome: ledger.Outcome{State: ledger.RunFailed, ErrorCode: "run.ended", Error: "its process ended"}}
	if b := d.sight.broker; b != nil && b.Found && b.Position.Commit() == no {
		run.ID, err = uuid.Parse(b.Position.Run)
	} else {
		run.ID, err = uuid.NewV7()
	}
	if err != nil {
		return err
	}
	for _, r := range lost.Runs {
		if r.No == w.RunNo {
			run = r
		}
	}
	lost.Runs = append(lost.Runs, run)
	lost.Commits = append(lost.Commits, ledger.Commit{
		Kind: d.Kind.Name, No: no, Run: run.ID, RunNo: w.RunNo, Pipeline: w.Pipeline, State: ledger.CommitClosed, ClosedAt: w.At,
		Rows: v.Rows, Notify: v.Notify, Checksum: v.Checksum, QuarantineRows: q.Rows, QuarantineChecksum: q.Checksum,
	})
	return nil
}

func runRow(r warehouse.RunRow) (ledger.RunRow, error) {
	id, err := uuid.Parse(r.Run)
	c := ledger.Counts{Read: r.Read, Accepted: r.Accepted, Rejected: r.Rejected, Inserted: r.Inserted, Updated: r.Updated, Deleted: r.Deleted, Unchanged: r.Unchanged, Superseded: r.Superseded, Withheld: r.Withheld, Warnings: r.Warnings}
	return ledger.RunRow{ID: id, No: r.No, Pipeline: r.Pipeline, Kind: r.Kind, Mode: r.Mode, Started: r.Started, Finished: r.Finished, Outcome: ledger.Outcome{State: r.State, Counts: c, Error: r.Error}}, err
}

func commitRow(c warehouse.Closed) (ledger.Commit, error) {
	id, err := uuid.Parse(c.Run)
	return ledger.Commit{
		Kind: c.Kind.Name, No: c.No, Run: id, RunNo: c.RunNo, Pipeline: c.Pipeline, State: ledger.CommitApplied, Live: true, Last: c.Last,
		Rows: c.Rows, Notify: c.Notify, Checksum: c.Checksum, QuarantineRows: c.Quarantine, QuarantineChecksum: c.QuarantineChecksum, ClosedAt: c.At,
		Counts: ledger.Counts{Read: c.Read, Accepted: c.Accepted, Rejected: c.Rejected, Inserted: c.Inserted, Updated: c.Updated, Deleted: c.Deleted, Unchanged: c.Unchanged, Superseded: c.Superseded, Withheld: c.Withheld, Warnings: c.Warnings},
	}, err
}

// mendList lists the ledger's commits again, after proving that their rows are those that were closed.
func (s *Stores) mendList(ctx context.Context, d Damage) error {
	return s.locked(ctx, d.Kind, func(ctx context.Context, _ *ledger.Run, _ *ledger.KindLock) error {
		for _, c := range d.sight.lists.onlyLedger {
			rows, sum, err := s.Warehouse.Sum(ctx, d.Kind, c.No)
			if err != nil {
				return err
			}
			if rows != c.Rows || sum != c.Checksum {
				return fault.New(fault.Environment, "repair.unproven", fault.T("提交 %d 的数据与台账的校验和不符", "the rows of commit %d are not those that the ledger closed", c.No)).
					Do(fault.T("请从备份恢复 ClickHouse", "Restore ClickHouse from a backup"))
			}
			closed, err := s.closedOf(ctx, d.Kind, c)
			if err != nil {
				return err
			}
			if err := s.Warehouse.Forward(ctx, closed); err != nil {
				return err
			}
		}
		return nil
	})
}

// closedOf is a commit of the ledger as ClickHouse lists it.
func (s *Stores) closedOf(ctx context.Context, k *schemas.Kind, c ledger.Commit) (warehouse.Closed, error) {
	n := c.Counts
	closed := warehouse.Closed{
		Kind: k, No: c.No, Run: c.Run.String(), RunNo: c.RunNo, Pipeline: c.Pipeline, Rows: c.Rows, Notify: c.Notify, Checksum: c.Checksum, Quarantine: c.QuarantineRows, QuarantineChecksum: c.QuarantineChecksum,
		Inserted: n.Inserted, Updated: n.Updated, Deleted: n.Deleted, At: c.ClosedAt, Read: n.Read, Accepted: n.Accepted, Rejected: n.Rejected, Unchanged: n.Unchanged, Superseded: n.Superseded, Withheld: n.Withheld, Warnings: n.Warnings, Last: c.Last,
	}
	at, ok, err := s.Ledger.Standing(ctx, c.Pipeline)
	if err == nil && ok && at.Run == c.Run {
		closed.Cursor, closed.Inputs = at.Cursor, at.Inputs
	}
	return closed, err
}

// sameTopic reports whether the topic is the one that the ledger remembers.
func (v *sight) sameTopic() bool {
	now, then := v.broker.Topic, v.told
	return now.There && now.Partitions == then.Partitions && (now.ID == then.TopicID || now.ID == "" || then.TopicID == "")
}

// mendPosition writes a lost position again: the ledger's, or the newest message's where the ledger had not noted it yet.
func (s *Stores) mendPosition(ctx context.Context, d Damage) error {
	last := d.sight.told.Seq
	if err := bus.Read(ctx, *s.Bus, bus.TopicOf(d.Kind.Name), func(m bus.Message) bool {
		var seq uint64
		if _, err := fmt.Sscan(m.Header("seq"), &seq); err == nil {
			last = max(last, seq)
		}
		return true
	}); err != nil {
		return err
	}
	return s.place(ctx, d, last, "found again from the ledger and the topic")
}

// mendTopic decides about messages that are gone: tell them again from what Kafka still has, or go on.
func (s *Stores) mendTopic(ctx context.Context, d Damage, again bool) error {
	b := d.sight.broker
	seq, why := max(d.sight.told.Seq, b.Position.Seq), "goes on; what is gone is not told again"
	if again {
		seq, why = 0, "everything is told again on the new topic"
		if d.Code() == "relay.position_older" {
			seq, why = b.Position.Seq, "what is gone is told again"
		}
	}
	return s.place(ctx, d, seq, why)
}

// place writes the position on Kafka and in the ledger: first in the ledger where it goes on ahead of what that remembers, so
// that whoever comes before it is on Kafka does not go on behind it.
func (s *Stores) place(ctx context.Context, d Damage, seq uint64, why string) error {
	lease, err := s.Ledger.TakeRelay(ctx, d.Kind.Name)
	if err != nil {
		return err
	}
	defer func() { _ = s.Ledger.ReleaseRelay(context.WithoutCancel(ctx), lease) }()
	if told := d.sight.told; d.sight.remembered && seq > told.Seq {
		told.Seq = seq
		if err := s.Ledger.ForcePosition(ctx, lease, told, why); err != nil {
			return err
		}
	}
	pos, err := bus.SetPosition(ctx, *s.Bus, d.Kind, s.Ledger.Deployment(), bus.Position{Seq: seq, Partitions: d.sight.told.Partitions})
	if err != nil {
		return err
	}
	return s.Ledger.ForcePosition(ctx, lease, ledger.Position{Seq: pos.Seq, TopicID: pos.TopicID, Partitions: pos.Partitions}, why)
}
