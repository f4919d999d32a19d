package reconcile

import (
	"context"
	"strconv"
	"strings"
	"time"

	"creditsync/internal/fault"
	"creditsync/internal/ledger"
)

// Bound is a place in the history of a kind: a seq, or a moment. The zero Bound is none.
type Bound struct {
	Seq  uint64
	Time time.Time
}

// IsZero reports whether it is none.
func (b Bound) IsZero() bool { return b.Seq == 0 && b.Time.IsZero() }

// ParseBound reads a seq ("16777217") or a day or moment of the zone ("2026-03-01", "2026-03-01 12:30", RFC 3339). With end a
// day means its end.
func ParseBound(text string, zone *time.Location, end bool) (Bound, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Bound{}, nil
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return Bound{Seq: n}, nil
	}
	if day, err := time.ParseInLocation("2006-01-02", text, zone); err == nil {
		if end {
			day = day.AddDate(0, 0, 1).Add(-time.Nanosecond)
		}
		return Bound{Time: day}, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return Bound{Time: t}, nil
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return Bound{Time: t}, nil
	}
	return Bound{}, fault.New(fault.Input, "usage.bound", fault.T("%q 不是顺序号，也不是日期", "%q is neither a seq nor a date", text)).
		Do(fault.T("例如 16777217、2026-03-01 或 \"2026-03-01 12:30\"", "For example 16777217, 2026-03-01 or \"2026-03-01 12:30\""))
}

// first is the lowest seq that the bound lets through as a beginning: that of the first commit closed then or later.
func (b Bound) first(commits []ledger.Commit) uint64 {
	if b.Time.IsZero() {
		return b.Seq
	}
	for _, c := range commits {
		if !c.ClosedAt.Before(b.Time) {
			return c.No << seqBits
		}
	}
	if len(commits) == 0 {
		return 0
	}
	return (commits[len(commits)-1].No + 1) << seqBits
}

// seqBits is how many bits of a seq count the rows of one commit; the commit's number stands above them.
const seqBits = 24

// endOf is a seq that no row of the commit exceeds and every row of a later commit does.
func endOf(commit uint64) uint64 { return commit<<seqBits | (1<<seqBits - 1) }

// committed are the closed commits of a kind by number.
func (s *Stores) committed(ctx context.Context, kind string) ([]ledger.Commit, error) {
	return s.Ledger.Committed(ctx, kind, 0, 0)
}
