package cli

import (
	"bytes"
	"sync"
	"testing"

	"github.com/vbauerster/mpb/v8"

	"creditsync/internal/fault"
	"creditsync/pipelines"
)

func TestBytesOf(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 40: "3.0 TiB"} {
		if got := bytesOf(n); got != want {
			t.Errorf("bytesOf(%d): got %s, want %s", n, got, want)
		}
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	now := pipelines.Progress{Done: 1 << 20, Size: 2 << 20, Counts: pipelines.Counts{Read: 10, Rejected: 1}}
	if got, want := state(now, fault.Chinese), "1.0 MiB/2.0 MiB  读入 10 行，被拒 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	now.Done = now.Size
	if got, want := state(now, fault.English), "2.0 MiB/2.0 MiB  10 rows read, 1 refused, storing"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	now.Size = -1
	if got, want := state(now, fault.English), "2.0 MiB  10 rows read, 1 refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProgress_NobodyLooksWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	p := &program{Env: Env{Stderr: &bytes.Buffer{}}}
	g := newProgress(p)
	if g != nil || g.teller() != nil {
		t.Error("bars on something that is no terminal")
	}
	g.end()
}

// buffer is a bytes.Buffer that several goroutines may write to.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func TestProgress_EndsWithBarsThatAreNotFull(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	p := &program{Env: Env{Stderr: out}, err: &console{w: out}, lang: fault.English}
	g := &progress{p: p, container: mpb.New(mpb.WithOutput(out), mpb.ForceAutoRefresh(), mpb.WithRefreshRate(barRefresh))}
	p.err.show(g.container)
	for _, name := range []string{"one", "two"} {
		g.tell(pipelines.Progress{Pipeline: name, Done: 0, Size: -1})
		g.tell(pipelines.Progress{Pipeline: name, Done: 50, Size: 100})
		g.tell(pipelines.Progress{Pipeline: name, Done: 100, Size: 100})
	}
	if _, err := p.err.Write([]byte("a line of the log\n")); err != nil {
		t.Error(err)
	}
	g.end()
	g.end()
	if _, err := p.err.Write([]byte("after\n")); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"a line of the log", "after"} {
		if !bytes.Contains(out.b.Bytes(), []byte(want)) {
			t.Errorf("%q was lost in %q", want, out.b.String())
		}
	}
}
