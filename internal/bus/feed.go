package bus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"creditsync/internal/fault"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/zstd"
)

const (
	// wholeLimit is up to how many rows a commit is held in memory and checked before any of it is sent. A larger one is
	// counted by the engine first, and checked again on its way.
	wholeLimit = 10_000
	// pageOfCommits is how many commits are asked for at once.
	pageOfCommits = 256
	// transactions is how many are in the making, ready and on their way together.
	transactions = 3
	// ageCheck is how many rows pass between two looks at the clock.
	ageCheck = 256
)

// feed reads committed versions and fills transactions with their messages, on a goroutine of its own: the next
// transaction is encoded while the one before is on its way.
type feed struct {
	options *Options
	enc     *encoder
	zstd    *zstd.Encoder
	full    chan *transaction // to be sent, in order; closed by who runs the feed
	free    chan *transaction // sent, to be used again
	now     *transaction      // in the making; nil before the first message
	pos     Position          // reached by what was fed
	handed  uint64            // seq reached by what was handed over
}

func newFeed(o *Options, from Position, z *zstd.Encoder) *feed {
	f := &feed{
		options: o, zstd: z, enc: newEncoder(o.Kind, o.Deployment), pos: from, handed: from.Seq,
		full: make(chan *transaction, transactions), free: make(chan *transaction, transactions),
	}
	for range transactions {
		f.free <- newTransaction(o.Kind.Name, o.Deployment, from.Partitions)
	}
	return f
}

// run feeds every commit after the position and ends when the ledger has no more.
func (f *feed) run(ctx context.Context) error {
	for {
		commits, err := f.options.Outbox.Committed(ctx, f.options.Kind.Name, f.pos.lastWhole(), pageOfCommits)
		if err != nil {
			return outboxTrouble(fmt.Errorf("committed after %d: %w", f.pos.lastWhole(), err))
		}
		if len(commits) == 0 {
			return f.flush(ctx)
		}
		for _, c := range commits {
			if f.pos.Covers(c.No) {
				return fault.New(fault.Environment, "relay.commits_unordered", fault.T("台账给出的提交 %d 不在位置 %d 之后", "the ledger's commit %d is not after position %d", c.No, f.pos.Seq))
			}
			if err := f.commit(ctx, c); err != nil {
				return err
			}
			f.pos.Seq, f.pos.Run = c.end(), c.Run
		}
	}
}

// commit feeds one commit, checked before its last rows are handed over: nothing is published of a commit that is not
// exactly what the ledger closed.
func (f *feed) commit(ctx context.Context, c Commit) error {
	if c.Notify == 0 {
		return nil
	}
	if c.Rows > wholeLimit {
		// The engine takes a while; what is ready need not wait for it.
		if err := f.flush(ctx); err != nil {
			return err
		}
		rows, sum, err := f.options.Outbox.Verify(ctx, c)
		if err != nil {
			return outboxTrouble(fmt.Errorf("verify commit %d: %w", c.No, err))
		}
		if rows != c.Rows || sum != c.Checksum {
			return mismatch(c, rows, c.Notify, sum)
		}
	}
	rows, err := f.options.Outbox.Read(ctx, c)
	if err != nil {
		return outboxTrouble(fmt.Errorf("read commit %d: %w", c.No, err))
	}
	defer rows.Close()
	return f.stream(ctx, c, rows)
}

// stream holds back records until the commit is known to be whole: all of them if it is small, the last one otherwise.
func (f *feed) stream(ctx context.Context, c Commit, rows Rows) error {
	var held []arrow.Record
	defer func() {
		for _, r := range held {
			r.Release()
		}
	}()
	seen := tally{last: c.No << seqBits, first: true}
	for {
		rec, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return outboxTrouble(fmt.Errorf("read commit %d: %w", c.No, err))
		}
		held = append(held, rec)
		if err := seen.add(f.enc, rec, c); err != nil {
			return err
		}
		for c.Rows > wholeLimit && len(held) > 1 {
			if err := f.record(ctx, c, held[0]); err != nil {
				return err
			}
			held[0].Release()
			held = held[1:]
		}
	}
	if seen.rows != c.Rows || seen.notify != c.Notify || seen.sum != c.Checksum {
		return mismatch(c, seen.rows, seen.notify, seen.sum)
	}
	for len(held) > 0 {
		if err := f.record(ctx, c, held[0]); err != nil {
			return err
		}
		held[0].Release()
		held = held[1:]
	}
	return nil
}

// tally is what was read of a commit so far.
type tally struct {
	rows, notify, sum, last uint64
	first                   bool
}

func (s *tally) add(e *encoder, rec arrow.Record, c Commit) error {
	if err := e.bind(rec); err != nil {
		return badRows(c, err)
	}
	for i := range e.rows {
		seq := e.seq.Value(i)
		if seq>>seqBits != c.No || seq <= s.last && !s.first || seq >= c.end() {
			return badRows(c, fmt.Errorf("seq %d does not follow %d in commit %d", seq, s.last, c.No))
		}
		s.last, s.first = seq, false
		s.sum += e.check.Value(i)
		if e.notify(i) {
			s.notify++
		}
	}
	if s.rows += uint64(e.rows); s.rows > c.Rows {
		return mismatch(c, s.rows, s.notify, s.sum)
	}
	return nil
}

// record feeds the rows of one record that are not published yet.
func (f *feed) record(ctx context.Context, c Commit, rec arrow.Record) error {
	if err := f.enc.bind(rec); err != nil {
		return badRows(c, err)
	}
	for i := range f.enc.rows {
		seq := f.enc.seq.Value(i)
		if seq <= f.pos.Seq {
			continue
		}
		if f.enc.notify(i) {
			if err := f.message(ctx, c, i); err != nil {
				return err
			}
		}
		f.pos.Seq, f.pos.Run = seq, c.Run
	}
	return nil
}

// message adds the message of a row to the transaction in the making, after handing over one that is full.
func (f *feed) message(ctx context.Context, c Commit, row int) error {
	if t := f.now; t != nil && (t.full() || t.messages%ageCheck == 0 && t.messages > 0 && f.options.Now().Sub(t.began) >= maxAge) {
		if err := f.hand(ctx); err != nil {
			return err
		}
	}
	if f.now == nil {
		if err := f.take(ctx); err != nil {
			return err
		}
	}
	if err := f.enc.encode(row, c.Run); err != nil {
		return badRows(c, err)
	}
	t := f.now
	value := f.enc.value
	if f.enc.tombstone(row) {
		value = nil
	} else {
		t.runs[c.Run]++
	}
	t.bytes += t.parts[Partition(f.enc.key, len(t.parts))].add(f.enc.key, value, f.enc.headers)
	t.messages++
	return nil
}

// take waits for a transaction that may be filled.
func (f *feed) take(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case t := <-f.free:
		t.reset()
		t.began = f.options.Now()
		f.now = t
		return nil
	}
}

// hand passes the transaction in the making on, compressed, with the position that its rows reach. One goroutine encodes
// and compresses: more would take the processor from the one that waits for the brokers' answers, and half a million
// messages a second are enough.
func (f *feed) hand(ctx context.Context) error {
	t := f.now
	t.pack(f.zstd)
	t.position = f.pos
	f.now = nil
	f.handed = f.pos.Seq
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case f.full <- t:
		return nil
	}
}

// flush hands over what there is. Where only rows that nobody is told of, or empty commits, were passed, the position
// moves alone.
func (f *feed) flush(ctx context.Context) error {
	if f.now == nil {
		if f.handed == f.pos.Seq {
			return nil
		}
		if err := f.take(ctx); err != nil {
			return err
		}
	}
	return f.hand(ctx)
}

func mismatch(c Commit, rows, notify, sum uint64) error {
	return fault.New(fault.Environment, "relay.commit_differs", fault.T(
		"第 %d 次提交应有 %d 行（发布 %d 行，校验和 %016x），读到 %d 行（发布 %d 行，校验和 %016x）：未发布",
		"commit %d closed with %d rows (%d to publish, checksum %016x), but %d (%d, %016x) are read: it is not published",
		c.No, c.Rows, c.Notify, c.Checksum, rows, notify, sum)).
		Do(fault.T("ClickHouse 与台账不一致；运行 creditsync check，必要时从同一时刻的备份恢复两者", "ClickHouse and ledger do not agree; run creditsync check, and restore both of one moment if need be"))
}

func badRows(c Commit, err error) error {
	return fault.New(fault.Environment, "relay.bad_rows", fault.T("第 %d 次提交的行无法成为消息", "the rows of commit %d cannot become messages", c.No)).Because(err)
}

// outboxPatience is for how long Catchup tries to read an outbox that cannot be read: a connection that was cut is mended at
// once, and a warehouse that is away is waited for by nobody who could tell the brokers anything meanwhile.
const outboxPatience = 2 * time.Second

// unreadError marks trouble between the relay and the outbox, as opposed to the brokers.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

// outboxTrouble keeps the warehouse's and the ledger's own faults; anything else there may pass.
func outboxTrouble(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return unreadError{err}
	}
	return unreadError{fault.New(fault.Environment, "relay.outbox", fault.T("消息发布无法读取已提交的版本", "the relay cannot read committed versions")).Because(err).Again()}
}
