package reconcile

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// Where ClickHouse is older than the rest, or it and the ledger are older than Kafka, the rows of some commits are nowhere any
// more, but their messages have been told, and the sources still say how things stand. So these commits are given up: their
// numbers stay given, the pipelines go back to where they stood before, and every record that was told of since gets a version
// with the number that was told last. What the next run of a source writes comes after it, and is told once.

// planGivenUp is about commits that the ledger has and ClickHouse does not.
func (s *Stores) planGivenUp(m *Mending) {
	d := m.Damage
	if d.sight.broker == nil {
		m.Needs = fault.T("要先能连上 Kafka：要看哪些版本已发布", "Kafka must be reached first: it says which versions were told")
		return
	}
	only := d.sight.lists.onlyLedger
	m.Will = fault.T("放弃 ClickHouse 缺少的 %[1]d 次提交（%[2]s）：游标退回之前，已发布过的记录在下次运行时按来源的现状再发布一次；这些提交的历史版本丢失",
		"give up the %[1]d commits that ClickHouse lacks (%[2]s): the sources are read from before them, and what was told of since is told once more as the sources have it at the next run; the versions in between are lost",
		len(only), span(only[0].No, only[len(only)-1].No))
	m.do = func(ctx context.Context) error {
		numbers := make([]uint64, len(only))
		pipelines := map[string]bool{}
		for i, c := range only {
			numbers[i], pipelines[c.Pipeline] = c.No, pipelines[c.Pipeline] || c.Last
		}
		return s.giveUp(ctx, d, numbers, pipelines)
	}
}

// planBehindKafka is about messages of commits that neither the ledger nor ClickHouse knows.
func (s *Stores) planBehindKafka(m *Mending) {
	d := m.Damage
	told, newest := d.sight.broker.Position.Commit(), d.sight.after.Newest.No
	m.do = func(ctx context.Context) error { return s.giveUp(ctx, d, nil, nil) }
	switch {
	case d.sight.taken:
		m.Needs, m.do = twice(told), nil
		return
	case told <= newest: // a repair that did not live to write the position
		m.Will = fault.T("做完上次没有做完的：放弃到提交 %[1]d 为止只有 Kafka 知道的提交，从其后继续发布",
			"finish what was begun: give up the commits up to %[1]d, which Kafka alone knows, and go on telling after them", told)
		return
	}
	m.Will = fault.T("放弃提交 %[1]s，只有 Kafka 知道它们：已发布过的记录在下次运行时按来源的现状再发布一次；这些提交的历史版本丢失",
		"give up the commits %[1]s, which Kafka alone knows: what they told is told once more as the sources have it at the next run; their versions are lost", span(newest+1, told))
}

// twice is what is left where a number names two commits.
func twice(no uint64) fault.Text {
	return fault.T("编号已被重复使用：提交 %d 在 Kafka 和台账中是两次不同的提交。请恢复同一时刻的台账、ClickHouse 和 Kafka", "numbers were given twice: commit %d is one on Kafka and another in the ledger. Restore ledger, ClickHouse and Kafka of one moment", no)
}

// giveUp does it. Whatever it dies after, what is left is a damage whose mending goes on from there.
func (s *Stores) giveUp(ctx context.Context, d Damage, numbers []uint64, moved map[string]bool) error {
	k := d.Kind
	return s.locked(ctx, k, func(ctx context.Context, run *ledger.Run, lock *ledger.KindLock) error {
		if err := s.forward(ctx, k, numbers); err != nil {
			return err
		}
		standing, err := s.standingBefore(ctx, k, moved)
		if err != nil {
			return err
		}
		unknown, err := s.stageUnknown(ctx, d, run.No, numbers)
		if err != nil {
			return err
		}
		defer func() { _ = s.Warehouse.DropStage(context.WithoutCancel(ctx), k, run.No) }() // else the janitor does
		numbers = append(numbers, unknown...)
		slices.Sort(numbers)
		if err := s.Ledger.GiveUp(ctx, run, lock, slices.Compact(numbers), standing); err != nil {
			return err
		}
		no, err := s.writeBases(ctx, k, run, lock)
		if err != nil || !d.sight.broker.Found {
			return err
		}
		return s.place(ctx, d, endOf(no), "the commits that were told up to here are given up")
	})
}

// forward brings current up to the commits that are closed, but for those that are given up: what a repair that died has
// written is not written again.
func (s *Stores) forward(ctx context.Context, k *schemas.Kind, lost []uint64) error {
	list, err := s.Ledger.Unapplied(ctx, k.Name)
	for _, c := range list {
		if err != nil || slices.Contains(lost, c.No) {
			continue
		}
		var closed warehouse.Closed
		if closed, err = s.closedOf(ctx, k, c); err == nil {
			err = s.Warehouse.Forward(ctx, closed)
		}
		if err == nil {
			err = s.Ledger.MarkApplied(ctx, k.Name, c.No)
		}
	}
	return err
}

// standingBefore is where ClickHouse's list of commits says that the pipelines stood.
func (s *Stores) standingBefore(ctx context.Context, k *schemas.Kind, moved map[string]bool) (map[string]*ledger.Standing, error) {
	out := map[string]*ledger.Standing{}
	for pipeline, did := range moved {
		if did {
			out[pipeline] = nil
		}
	}
	listed, err := s.Warehouse.Commits(ctx, k, 0)
	if err != nil {
		return nil, err
	}
	for _, c := range listed {
		if _, asked := out[c.Pipeline]; asked && c.Last {
			one, err := commitRow(c)
			if err != nil {
				return nil, err
			}
			out[c.Pipeline] = &ledger.Standing{Run: one.Run, Cursor: c.Cursor, Inputs: c.Inputs, Moved: c.At}
		}
	}
	return out, nil
}

// stageUnknown stages what the topic holds of commits that are not closed, or that are given up, and returns their numbers. A
// commit that waits to be told must not have the number of another one that was.
func (s *Stores) stageUnknown(ctx context.Context, d Damage, run uint64, lost []uint64) (numbers []uint64, err error) {
	k := d.Kind
	commits, err := s.committed(ctx, k.Name)
	if err != nil {
		return nil, err
	}
	closed := map[uint64]bool{}
	for _, c := range commits {
		closed[c.No] = !slices.Contains(lost, c.No)
	}
	s.step(fault.T("读主题 %s", "reading the topic %s", bus.TopicOf(k.Name)))
	found, runs := map[uint64]bool{}, map[uint64]string{}
	var batch []warehouse.Told
	batches := 0
	flush := func() error {
		err := s.Warehouse.StageTold(ctx, run, fmt.Sprintf("repair:%d:%d", run, batches), batch)
		batch, batches = batch[:0], batches+1
		return err
	}
	var failed error
	err = bus.Read(ctx, *s.Bus, bus.TopicOf(k.Name), func(m bus.Message) bool {
		row, ok := toldOf(m)
		if !ok {
			return true
		}
		if runs[row.Seq>>seqBits] = m.Header("run"); closed[row.Seq>>seqBits] {
			return true
		}
		found[row.Seq>>seqBits] = true
		if batch = append(batch, row); len(batch) == toldAtOnce {
			failed = flush()
		}
		return failed == nil
	})
	if err == nil {
		err = failed
	}
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	for _, c := range commits {
		if run := c.Run.String(); err == nil && closed[c.No] && c.Notify > 0 && endOf(c.No) > d.sight.told.Seq && runs[c.No] != run {
			err = fault.New(fault.Environment, "repair.unproven", twice(c.No))
		}
	}
	for no := range found {
		numbers = append(numbers, no)
	}
	return numbers, err
}

// toldOf reads which version a message tells of.
func toldOf(m bus.Message) (warehouse.Told, bool) {
	row := warehouse.Told{Part: int32(m.Partition), Place: m.Offset}
	id, version, ok := strings.Cut(m.Header("ce_id"), ":")
	n, err1 := strconv.ParseUint(version, 10, 32)
	seq, err2 := strconv.ParseUint(m.Header("seq"), 10, 64)
	raw, err3 := hex.DecodeString(id)
	if !ok || err1 != nil || err2 != nil || err3 != nil || len(raw) != len(row.RecordID) || id != string(m.Key) {
		return row, false
	}
	copy(row.RecordID[:], raw)
	row.Version, row.Seq = uint32(n), seq
	row.Op = m.Header("ce_type")[strings.LastIndex(m.Header("ce_type"), ".")+1:]
	return row, true
}

// writeBases closes a commit of the versions that say how far each record was told, and brings it forward.
func (s *Stores) writeBases(ctx context.Context, k *schemas.Kind, run *ledger.Run, lock *ledger.KindLock) (no uint64, err error) {
	tip, err := s.Warehouse.Tip(ctx, k)
	if err != nil {
		return 0, err
	}
	if no, err = s.Ledger.OpenCommit(ctx, run, lock, tip.Highest); err != nil {
		return 0, err
	}
	if err := s.Warehouse.WriteBases(ctx, k, run.No, no, s.Now()); err != nil {
		return 0, err
	}
	rows, sum, err := s.Warehouse.Sum(ctx, k, no)
	if err != nil {
		return 0, err
	}
	if err := s.Ledger.CloseCommit(ctx, run, lock, ledger.Close{No: no, Rows: rows, Checksum: sum}); err != nil {
		return 0, err
	}
	closed := warehouse.Closed{Kind: k, No: no, Run: run.ID.String(), RunNo: run.No, Pipeline: run.Pipeline, Rows: rows, Checksum: sum, At: s.Now()}
	if err := s.Warehouse.Forward(ctx, closed); err != nil {
		return 0, err
	}
	if err := s.Warehouse.CountGaps(ctx, k); err != nil {
		return 0, err
	}
	return no, s.Warehouse.Live(ctx, closed)
}
