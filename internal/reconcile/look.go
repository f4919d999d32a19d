package reconcile

import (
	"context"
	"slices"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/ledger"
	"creditsync/internal/warehouse"
	"creditsync/schemas"
)

// sight is what the stores say of a kind. The ledger is asked before and after the others, so that what other processes do
// meanwhile is not taken for damage: ClickHouse and Kafka never know more than the ledger did later, nor less than it did
// before.
type sight struct {
	kind          *schemas.Kind
	before, after ledger.Tip
	lastRun       uint64 // of the ledger
	told          ledger.Position
	remembered    bool // told is there
	engine        warehouse.Tip
	engineRun     uint64 // the last run that ClickHouse knows
	broker        *bus.Standing
	brokerErr     error // why broker is nil
	known         bool  // the ledger has the commit that the position on Kafka is in
	taken         bool  // the ledger has closed another one under that number
	relayed       bool  // where Kafka hides the position: a relay is at work
	lists         lists
}

// lists are the closed commits that one side has and the other lacks; read only where the tips differ.
type lists struct {
	read         bool
	onlyLedger   []ledger.Commit    // applied and not in ClickHouse's list, or closed and without rows there
	onlyEngine   []warehouse.Closed // listed, and not closed in the ledger
	differ       []warehouse.Closed // of another run, or with other rows, than in the ledger
	ledgerHad    ledger.Commit      // the ledger's, of the first that differs
	lackingRows  uint64             // versions of onlyLedger that are not in ClickHouse either
	lastInCommon ledger.Commit      // the newest commit that both have; zero for none
}

// busWait is how long Kafka may take to say how a kind stands, before a run goes on without having asked.
const busWait = 5 * time.Second

// look reads what the stores say of a kind.
func (s *Stores) look(ctx context.Context, k *schemas.Kind) (sight, error) {
	v := sight{kind: k}
	var err error
	if v.told, v.remembered, err = s.Ledger.Position(ctx, k.Name); err != nil {
		return v, err
	}
	if v.before, err = s.Ledger.Tip(ctx, k.Name); err != nil {
		return v, err
	}
	if v.engine, err = s.Warehouse.Tip(ctx, k); err != nil {
		return v, err
	}
	if v.engineRun, err = s.Warehouse.LastRun(ctx); err != nil {
		return v, err
	}
	if s.Bus != nil {
		if err := s.lookAtBus(ctx, &v); err != nil {
			return v, err
		}
	} else if s.BusGone {
		v.broker = &bus.Standing{}
	}
	if v.after, err = s.Ledger.Tip(ctx, k.Name); err != nil {
		return v, err
	}
	if v.lastRun, err = s.Ledger.MaxRun(ctx); err != nil {
		return v, err
	}
	if v.agree() {
		return v, nil
	}
	v.lists, err = s.compareLists(ctx, k)
	return v, err
}

// agree reports whether the newest commit and their number are the same on both sides: then, runs being named once, all are.
func (v *sight) agree() bool {
	l, c := v.after, v.engine
	return l.Pending == 0 && l.Newest.No == c.Newest.No && l.Closed == c.Listed && (l.Newest.No == 0 || l.Newest.Run.String() == c.Newest.Run)
}

// lookAtBus asks Kafka, and does not insist: that it cannot be reached stops no run.
func (s *Stores) lookAtBus(ctx context.Context, v *sight) error {
	asking, cancel := context.WithTimeout(ctx, busWait)
	defer cancel()
	standing, err := bus.Stand(asking, *s.Bus, v.kind)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		v.brokerErr = err
		return nil
	}
	v.broker = &standing
	if standing.Hidden {
		_, v.relayed, err = s.Ledger.RelayHolder(ctx, v.kind.Name)
		return err
	}
	v.known, v.taken, err = s.has(ctx, v.kind, standing.Position)
	return err
}

// has reports whether the ledger has the closed commit that a position is in, or another one under its number. A position
// before the first commit needs none.
func (s *Stores) has(ctx context.Context, k *schemas.Kind, p bus.Position) (known, taken bool, err error) {
	no := p.Commit()
	if no == 0 {
		return true, false, nil
	}
	list, err := s.Ledger.Committed(ctx, k.Name, no-1, 1)
	if err != nil || len(list) == 0 || list[0].No != no {
		return false, false, err
	}
	known = p.Run == "" || p.Run == list[0].Run.String()
	return known, !known, nil
}

// compareLists holds the ledger's closed commits against ClickHouse's list, one by one.
func (s *Stores) compareLists(ctx context.Context, k *schemas.Kind) (lists, error) {
	out := lists{read: true}
	before, err := s.Ledger.Committed(ctx, k.Name, 0, 0)
	if err != nil {
		return out, err
	}
	listed, err := s.listed(ctx, k)
	if err != nil {
		return out, err
	}
	after, err := s.Ledger.Committed(ctx, k.Name, 0, 0)
	if err != nil {
		return out, err
	}
	inEngine := make(map[uint64]bool, len(listed))
	for _, c := range listed {
		inEngine[c.No] = true
	}
	for _, c := range before {
		if !inEngine[c.No] {
			out.onlyLedger = append(out.onlyLedger, c)
		}
	}
	if err := s.lacking(ctx, k, &out); err != nil {
		return out, err
	}
	closed := make(map[uint64]ledger.Commit, len(after))
	for _, c := range after {
		closed[c.No] = c
	}
	for _, c := range listed {
		mine, ok := closed[c.No]
		switch {
		case !ok:
			out.onlyEngine = append(out.onlyEngine, c)
		case !same(mine, c):
			if len(out.differ) == 0 {
				out.ledgerHad = mine
			}
			out.differ = append(out.differ, c)
		default:
			out.lastInCommon = mine
		}
	}
	return out, nil
}

// lacking counts the versions of the ledger's own commits that are not there; rows that are not listed may be. A commit that is
// not applied yet is the ledger's own only if rows of it are lost: they are there before it is closed.
func (s *Stores) lacking(ctx context.Context, k *schemas.Kind, l *lists) error {
	if len(l.onlyLedger) == 0 {
		return nil
	}
	there, err := s.Warehouse.CountCommits(ctx, k, l.onlyLedger[0].No, l.onlyLedger[len(l.onlyLedger)-1].No)
	if err != nil {
		return err
	}
	l.onlyLedger = slices.DeleteFunc(l.onlyLedger, func(c ledger.Commit) bool {
		lost := c.Rows - min(c.Rows, there[c.No])
		l.lackingRows += lost
		return lost == 0 && c.State != ledger.CommitApplied
	})
	return nil
}

// listed is ClickHouse's list of commits; empty where the table is gone.
func (s *Stores) listed(ctx context.Context, k *schemas.Kind) ([]warehouse.Closed, error) {
	there, err := s.Warehouse.Has(ctx, "commits")
	if err != nil || !there {
		return nil, err
	}
	return s.Warehouse.Commits(ctx, k, 0)
}

// same reports whether both sides tell of one commit.
func same(l ledger.Commit, c warehouse.Closed) bool {
	return l.Run.String() == c.Run && l.Rows == c.Rows && l.Notify == c.Notify && l.Checksum == c.Checksum
}
