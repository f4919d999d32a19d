package serve

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// thousand is how many pipelines are due at one time.
const thousand = 1000

// Bounds of the process while a thousand pipelines run. They do not depend on the number of pipelines but on that of workers;
// the memory is what Go keeps of the batches of two runs, below the limit that it sets itself.
const (
	mostGoroutines = 150
	mostFiles      = 100 // open files, and so connections
	mostMemory     = 300 << 20
	mostIdle       = 48 << 20 // of its own, when nothing runs any more
)

var sources = flag.Int("serve.sources", 60, "how many of the thousand pipelines have a row to read; each costs the engine some 0.15 s of CPU")

// A thousand pipelines due at one time all run, two at once, within bounds.
func TestServe_AThousandPipelinesAtOneTick(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	for i := range thousand {
		fmt.Fprintf(&list, "\n  - {name: p%03d, kind: admin_penalty, mode: append, schedule: \"30 1 * * *\", source: {file: {path: \"inbox/%03d.csv\"}}}", i, i)
	}
	s := newSite(t, list.String()+"\n")
	for i := range *sources {
		s.deliver(fmt.Sprintf("inbox/%03d.csv", i), uint64(i), 1)
	}
	p := s.serve("2026-03-02T01:29:50+08:00").ready()
	peak := map[string]float64{}
	within := 10*time.Minute + time.Duration(*sources)*3*time.Second // on a busy machine
	s.every(time.Second, within, "all have run", func() bool {
		p.lives()
		m := p.metrics()
		for _, name := range []string{"go_goroutines", "process_open_fds", "process_resident_memory_bytes", "creditsync_runs_running"} {
			peak[name] = max(peak[name], m[name])
		}
		return m["done"]+m["no_input"]+m["failed"] == thousand
	})
	if m := p.metrics(); m["failed"] > 0 || m["done"] != float64(*sources) {
		t.Errorf("%v done, %v without input, %v failed", m["done"], m["no_input"], m["failed"])
	}
	for name, most := range map[string]float64{"go_goroutines": mostGoroutines, "process_open_fds": mostFiles, "process_resident_memory_bytes": mostMemory, "creditsync_runs_running": 2} {
		if peak[name] > most {
			t.Errorf("%s rose to %v, more than %v", name, peak[name], most)
		}
	}
	t.Logf("at most %v", peak)
	p.told(*sources)
	s.until("what the runs took is given back", func() bool { return p.anonymous() < mostIdle })
}

// anonymous is how much memory of its own the process has, in bytes: without the program's text, which engine and broker share.
func (p *process) anonymous() (bytes int) {
	p.s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.s.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "RssAnon: %d kB", &bytes); err == nil {
			return bytes << 10
		}
	}
	p.s.t.Fatalf("no RssAnon in %s", status)
	return 0
}

// metrics are those without labels, and the runs by their state.
func (p *process) metrics() map[string]float64 {
	p.s.t.Helper()
	out := map[string]float64{}
	for line := range strings.Lines(p.get("/metrics")) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil || strings.HasPrefix(name, "#") {
			continue
		}
		if rest, is := strings.CutPrefix(name, "creditsync_runs_total{"); is {
			for _, state := range []string{"done", "failed", "no_input"} {
				if strings.Contains(rest, `state="`+state+`"`) {
					out[state] += n
				}
			}
			continue
		}
		out[name] = n
	}
	return out
}
