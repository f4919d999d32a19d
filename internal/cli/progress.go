package cli

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"creditsync/internal/fault"
	"creditsync/pipelines"
)

// progress draws how far runs have read, on a terminal only, and leaves nothing behind when it ends.
type progress struct {
	p         *program
	container *mpb.Progress
	mu        sync.Mutex
	name      string // of the pipeline that has the bar
	bar       *mpb.Bar
	last      *atomic.Pointer[pipelines.Progress]
}

const (
	barWidth   = 20
	barRefresh = 150 * time.Millisecond
)

// newProgress begins to draw; nil where stderr is no terminal.
func newProgress(p *program) *progress {
	if _, ok := terminal(p.Stderr); !ok || p.getenv("TERM") == "dumb" {
		return nil
	}
	container := mpb.New(mpb.WithOutput(p.Stderr), mpb.WithWidth(barWidth), mpb.WithRefreshRate(barRefresh))
	p.err.show(container)
	return &progress{p: p, container: container}
}

// teller is what a run tells its progress to; nil for nobody.
func (g *progress) teller() func(pipelines.Progress) {
	if g == nil {
		return nil
	}
	return g.tell
}

func (g *progress) tell(now pipelines.Progress) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.bar == nil || g.name != now.Pipeline {
		g.drop()
		g.name, g.last = now.Pipeline, &atomic.Pointer[pipelines.Progress]{}
		g.last.Store(&now)
		g.bar = g.add(now.Pipeline, g.last)
	}
	g.last.Store(&now)
	if now.Size > 0 { // a total that is reached does not end the bar: the commit is still to come
		g.bar.SetTotal(now.Size, false)
	}
	g.bar.SetCurrent(now.Done)
}

func (g *progress) add(name string, last *atomic.Pointer[pipelines.Progress]) *mpb.Bar {
	lang := g.p.lang
	return g.container.AddBar(0,
		mpb.PrependDecorators(decor.Name(name+" ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + state(*last.Load(), lang) })),
	)
}

// state is the text beside the bar.
func state(now pipelines.Progress, lang fault.Language) string {
	size := ""
	if now.Size > 0 {
		size = "/" + bytesOf(now.Size)
	}
	c := now.Counts
	text := fault.T("%s%s  读入 %d 行，被拒 %d", "%s%s  %d rows read, %d refused", bytesOf(now.Done), size, c.Read, c.Rejected).In(lang)
	if now.Size > 0 && now.Done >= now.Size {
		text += fault.T("，入库中", ", storing").In(lang)
	}
	return text
}

// bytesOf writes a size as people compare files.
func bytesOf(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	size, exponent := float64(n)/unit, 0
	for size >= unit && exponent < 4 {
		size, exponent = size/unit, exponent+1
	}
	return fmt.Sprintf("%.1f %ciB", size, "KMGTP"[exponent])
}

func (g *progress) drop() {
	if g.bar != nil {
		g.bar.Abort(true)
		g.bar.Wait()
		g.bar = nil
	}
}

// end removes the bar and gives stderr back.
func (g *progress) end() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drop()
	g.container.Wait()
	g.p.err.show(nil)
}
