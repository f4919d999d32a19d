package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"creditsync/internal/fault"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const partitions = 4

// broker is a running broker of a test.
type broker struct {
	addr string
	stop func() error
}

func run(t *testing.T, dir string) *broker {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- Run(ctx, Options{Listen: "127.0.0.1:0", Dir: dir, Ready: func(a string) { ready <- a }})
	}()
	b := &broker{}
	select {
	case b.addr = <-ready:
	case err := <-done:
		cancel()
		t.Fatal(err)
	}
	stopped := false
	b.stop = func() error {
		cancel()
		if stopped {
			return nil
		}
		stopped = true
		return <-done
	}
	t.Cleanup(func() { _ = b.stop() })
	return b
}

// killed is the folder as kill -9 would leave it at this moment.
func killed(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "killed")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func client(t *testing.T, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(addr), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func topic(t *testing.T, addr string) {
	t.Helper()
	keep := "-1"
	r, err := kadm.NewClient(client(t, addr)).CreateTopic(t.Context(), partitions, 1, map[string]*string{"retention.ms": &keep}, "t")
	if err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
}

// produce begins a transaction that writes a text into every partition.
func produce(t *testing.T, cl *kgo.Client, text string) {
	t.Helper()
	if err := cl.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for p := range int32(partitions) {
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "t", Partition: p, Value: []byte(text)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

func end(t *testing.T, cl *kgo.Client, commit bool) {
	t.Helper()
	if err := cl.EndTransaction(t.Context(), kgo.TransactionEndTry(commit)); err != nil {
		t.Fatal(err)
	}
}

// visible are the texts that a consumer of committed messages reads, by partition.
func visible(t *testing.T, addr string) [][]string {
	t.Helper()
	adm := kadm.NewClient(client(t, addr))
	ends, err := adm.ListCommittedOffsets(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	cl := client(t, addr, kgo.ConsumeTopics("t"), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	texts := make([][]string, partitions)
	left := partitions
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset == 0 {
			left--
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for left > 0 {
		f := cl.PollFetches(ctx)
		if err := f.Err(); err != nil {
			t.Fatal(err)
		}
		f.EachRecord(func(r *kgo.Record) {
			if !r.Attrs.IsControl() {
				texts[r.Partition] = append(texts[r.Partition], string(r.Value))
			}
			if o, _ := ends.Lookup("t", r.Partition); r.Offset == o.Offset-1 {
				left--
			}
		})
	}
	return texts
}

func wantVisible(t *testing.T, addr string, want ...string) {
	t.Helper()
	for p, got := range visible(t, addr) {
		if !slices.Equal(got, want) {
			t.Errorf("partition %d: got %v, want %v", p, got, want)
		}
	}
}

func TestRun_KeepsTopicsOverAStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	produce(t, cl, "open")
	began := time.Now()
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	b = run(t, dir)
	wantVisible(t, b.addr, "one")
	cl = client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "two")
	end(t, cl, true)
	wantVisible(t, b.addr, "one", "two")
}

// TestRun_I5_AbortedStaysAborted: what was open at one kill stays invisible after a second one, though the same producer
// committed a transaction behind it.
func TestRun_I5_AbortedStaysAborted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	for round := range 3 {
		produce(t, cl, "lost")
		dir = killed(t, dir)
		b = run(t, dir)
		cl = client(t, b.addr, kgo.TransactionalID("relay"))
		produce(t, cl, fmt.Sprint("after ", round))
		end(t, cl, true)
	}
	want := []string{"one", "after 0", "after 1", "after 2"}
	wantVisible(t, b.addr, want...)
	b = run(t, killed(t, dir))
	wantVisible(t, b.addr, want...)
}

// cut takes the last batch of a partition away, as if the broker had been killed before it wrote it.
func cut(t *testing.T, dir string, partition int, indexOnly bool) {
	t.Helper()
	segments, err := segmentsOf(filepath.Join(dir, "topics", "partitions", fmt.Sprintf("t-%d", partition)))
	if err != nil || len(segments) == 0 {
		t.Fatal(segments, err)
	}
	s := segments[len(segments)-1]
	raw, err := os.ReadFile(s.data())
	if err != nil {
		t.Fatal(err)
	}
	at, last := int64(0), int64(0)
	for at < int64(len(raw)) {
		last = at
		at += parseHeader(raw[at:]).size
	}
	idx, err := os.Stat(s.index())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.index(), idx.Size()-indexEntry); err != nil {
		t.Fatal(err)
	}
	if !indexOnly {
		if err := os.Truncate(s.data(), last); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRun_I5_CommitIsAllOrNothing: killed while the markers of a commit are written, after any number of them.
func TestRun_I5_CommitIsAllOrNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	produce(t, cl, "two")
	end(t, cl, true)
	for missing := 0; missing <= partitions; missing++ {
		dir := killed(t, dir)
		for p := range missing {
			cut(t, dir, p, false)
		}
		b := run(t, dir)
		wantVisible(t, b.addr, "one", "two")
		_ = b.stop()
		wantVisible(t, run(t, killed(t, dir)).addr, "one", "two")
	}
}

// TestRun_I5_CommitBeforeDoesNotCommitTheNext: the transaction after a committed one is open when the broker is killed.
func TestRun_I5_CommitBeforeDoesNotCommitTheNext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	produce(t, cl, "lost")
	wantVisible(t, run(t, killed(t, dir)).addr, "one")
}

// TestRun_I5_IndexEntryMissing: killed between a batch and its index entry.
func TestRun_I5_IndexEntryMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	produce(t, cl, "lost")
	dir = killed(t, dir)
	for p := range partitions {
		cut(t, dir, p, true)
	}
	b = run(t, dir)
	wantVisible(t, b.addr, "one")
	cl = client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "two")
	end(t, cl, true)
	wantVisible(t, run(t, killed(t, dir)).addr, "one", "two")
}

// TestRun_I5_TornBatch: killed in the middle of a batch, or of an entry of a state log.
func TestRun_I5_TornBatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	produce(t, cl, "lost")
	dir = killed(t, dir)
	if err := filepath.WalkDir(filepath.Join(dir, "topics"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if filepath.Ext(path) != ".dat" && filepath.Ext(path) != ".log" {
			return nil
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write([]byte{0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 200, 1, 2, 3})
		return errors.Join(err, f.Close())
	}); err != nil {
		t.Fatal(err)
	}
	b = run(t, dir)
	wantVisible(t, b.addr, "one")
	cl = client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "two")
	end(t, cl, true)
	wantVisible(t, run(t, killed(t, dir)).addr, "one", "two")
}

// TestRun_FencesWhoWasOpen: the producer of a transaction that the restart aborted cannot end it as if nothing had been.
func TestRun_FencesWhoWasOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := run(t, dir)
	topic(t, b.addr)
	cl := client(t, b.addr, kgo.TransactionalID("relay"))
	produce(t, cl, "one")
	end(t, cl, true)
	produce(t, cl, "lost")
	id, epoch, err := cl.ProducerID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := run(t, killed(t, dir))
	if code := endRaw(t, again.addr, "relay", id, epoch); code == 0 {
		t.Error("the end of an aborted transaction was accepted")
	}
	wantVisible(t, again.addr, "one")
}

func TestRun_SecondBrokerOnTheSameFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, dir)
	err := Run(t.Context(), Options{Listen: "127.0.0.1:0", Dir: dir})
	if fault.CodeOf(err) != "broker.running" || fault.ClassOf(err) != fault.Environment {
		t.Errorf("got %v, want broker.running", err)
	}
}

func TestRun_RefusesAddresses(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"", "9092", "0.0.0.0:9092", "192.0.2.1:9092", "example.org:9092", ":9092", "127.0.0.1:kafka"} {
		if err := Run(t.Context(), Options{Listen: listen, Dir: t.TempDir()}); fault.CodeOf(err) != "broker.bad_address" || fault.ClassOf(err) != fault.Input {
			t.Errorf("%q: got %v, want broker.bad_address", listen, err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if err := Run(t.Context(), Options{Listen: l.Addr().String(), Dir: t.TempDir()}); fault.CodeOf(err) != "broker.listen" {
		t.Errorf("a taken port: got %v, want broker.listen", err)
	}
}

func TestRun_MakesNoTopicsByItself(t *testing.T) {
	t.Parallel()
	b := run(t, t.TempDir())
	cl := client(t, b.addr, kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(1))
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "nobody", Value: []byte("x")}).FirstErr(); err == nil {
		t.Error("a topic appeared by itself")
	}
}
