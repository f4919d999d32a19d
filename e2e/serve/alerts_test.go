package serve

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"creditsync/internal/testkit/daemon"
	"creditsync/schemas"
)

// telling is what is told of a pipeline.
type telling struct{ id, said string }

// tellings are what is told until so many things were, in their order. What comes twice, because nobody wrote down that it
// was told, counts once.
func (h *hook) tellings(t *testing.T, told []telling, n int) []telling {
	t.Helper()
	late := time.NewTimer(limit)
	defer late.Stop()
	for len(told) < n {
		select {
		case a := <-h.got:
			for _, one := range a.Alerts {
				if said := (telling{one.ID, one.State + " " + one.Problem}); !slices.Contains(told, said) {
					told = append(told, said)
				}
			}
		case <-late.C:
			t.Fatalf("told of %q, and of nothing more", told)
		}
	}
	return told
}

// A system that is away is told of once however often the runs of the next times fail, and not as over while one of them is
// under way; then silence is told, too many refused rows, and the end of each.
func TestServe_AlertsOfEachProblem(t *testing.T) {
	t.Parallel()
	h := newHook(t)
	port, err := daemon.Port() // where nobody listens
	if err != nil {
		t.Fatal(err)
	}
	const pipeline = "\n  - {name: penalties, kind: admin_penalty, schedule: \"* * * * *\", retry: {max: 1, wait: 8s}, expect_every: 26h, source: %s}\nalerts: {webhook: {url: %q}}\n"
	away := fmt.Sprintf("{http: {url: \"http://127.0.0.1:%d/\", retry: {times: 0}}}", port)
	s := newSite(t, fmt.Sprintf(pipeline, away, h.url))
	p := s.serve("2026-03-02T01:29:58+08:00").ready()
	told := h.tellings(t, nil, 1)
	s.until("the next time has failed too", func() bool {
		p.lives()
		list := s.runs()
		return len(list) > 3 && slices.Contains(list, "02T01:31 failed") && !slices.ContainsFunc(list, func(r string) bool { return strings.HasSuffix(r, "open") })
	})
	p.kill()
	if len(h.got) > 0 {
		t.Errorf("told of %+v while the next time was under way", <-h.got)
	}

	s.configure(fmt.Sprintf(pipeline, "{file: {path: \"inbox/*.csv\"}}", h.url))
	header, rows := schemas.Sample(schemas.AdminPenalty(), 3, 60)
	for _, row := range rows {
		row[slices.Index(header, "行政处罚决定书文号")] = ""
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(append([][]string{header}, rows...)); err != nil {
		t.Fatal(err)
	}
	s.write("inbox/a.csv", b.String())
	p = s.serve("2026-03-03T05:00:00+08:00").ready()
	told = h.tellings(t, told, 4)
	s.deliver("inbox/a.csv", 3, 5)
	told = h.tellings(t, told, 6)
	p.kill()
	var said []string
	for _, one := range told {
		said = append(said, one.said)
	}
	slices.Sort(said[1:])
	if want := "problem failed, problem budget, problem overdue, recovered budget, recovered failed, recovered overdue"; strings.Join(said, ", ") != want {
		t.Errorf("told of %q, want %s", said, want)
	}
}
