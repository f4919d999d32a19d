package show

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/pipelines"
	"creditsync/transforms"
)

// shape is the interface of `run --json`: the names and their order, written down a second time.
var shape = []string{"name", "kind", "run", "state", "read", "accepted", "rejected", "inserted", "updated", "deleted", "unchanged", "superseded",
	"withheld", "warnings", "published", "relayed", "seconds", "live_seconds", "publish_seconds", "error", "rules", "hints"}

func TestRunsJSON_HasTheShapeScriptsRelyOn(t *testing.T) {
	t.Parallel()
	out := readers["en"].RunsJSON(results(), nil)
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.DisallowUnknownFields()
	var doc runDocument
	if err := dec.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if dec.More() {
		t.Error("more than one document")
	}
	for i, got := range keysOf(t, out) {
		if !slices.Equal(got, shape) {
			t.Errorf("pipeline %d: got the keys %v, want %v", i, got, shape)
		}
	}
	if got, want := len(doc.Pipelines), len(results()); got != want {
		t.Errorf("got %d pipelines, want %d", got, want)
	}
	if e := doc.Pipelines[1].Error; e == nil || e.Code != "guard.error_budget" || e.Hint == "" || strings.Contains(e.Message, e.Hint) {
		t.Errorf("error of a failed run: got %+v", e)
	}
	if e := doc.Pipelines[3].Error; e == nil || e.Code != "kafka.unreachable" {
		t.Errorf("error of unpublished messages: got %+v", e)
	}
	if bytes.Contains(out, []byte(`"too_long"`)) {
		t.Error("a rule without hits is in the document")
	}
}

// keysOf are the keys of each object in "pipelines", in the order of the text.
func keysOf(t *testing.T, document []byte) [][]string {
	t.Helper()
	var raw struct{ Pipelines []json.RawMessage }
	if err := json.Unmarshal(document, &raw); err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, one := range raw.Pipelines {
		var keys []string
		dec := json.NewDecoder(bytes.NewReader(one))
		if _, err := dec.Token(); err != nil {
			t.Fatal(err)
		}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key.(string))
			var skip json.RawMessage
			if err := dec.Decode(&skip); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, keys)
	}
	return all
}

func TestRunsJSON_BeforeAnyRun(t *testing.T) {
	t.Parallel()
	out := readers["zh"].RunsJSON(nil, fault.New(fault.Input, "config.invalid", fault.T("甲", "a")).Do(fault.T("乙", "b")))
	var got, want bytes.Buffer
	if err := json.Compact(&got, out); err != nil {
		t.Fatal(err)
	}
	want.WriteString(`{"pipelines":[],"error":{"code":"config.invalid","message":"甲","hint":"乙"}}`)
	if got.String() != want.String() {
		t.Errorf("got %s, want %s", got.String(), want.String())
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	of := func(state pipelines.State, err, publish error) app.RunResult {
		return app.RunResult{Report: pipelines.Report{State: state, Err: err}, PublishErr: publish}
	}
	wrong := fault.New(fault.Input, "a", fault.T("甲", "a"))
	away := fault.New(fault.Environment, "b", fault.T("乙", "b"))
	failed := fault.New(fault.Run, "c", fault.T("丙", "c"))
	f := func(name string, want fault.Class, err error, list ...app.RunResult) {
		t.Helper()
		if got := Status(list, err); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	f("done", fault.None, nil, of(pipelines.Done, nil, nil))
	f("no input", fault.None, nil, of(pipelines.NoInput, nil, nil))
	f("failed", fault.Run, nil, of(pipelines.Failed, failed, nil))
	f("failed without a word", fault.Run, nil, of(pipelines.Failed, nil, nil))
	f("Kafka is away", fault.Environment, nil, of(pipelines.Done, nil, away))
	f("messages wait", fault.Environment, nil, app.RunResult{Report: pipelines.Report{State: pipelines.Done}, Waiting: 1})
	f("environment before run", fault.Environment, nil, of(pipelines.Failed, failed, nil), of(pipelines.Failed, away, nil))
	f("input before all", fault.Input, nil, of(pipelines.Failed, away, nil), of(pipelines.Failed, wrong, nil))
	f("beside the runs", fault.Input, wrong, of(pipelines.Done, nil, nil))
	f("not classed", fault.Run, errors.New("x"))
}

func TestRuleSentence_NeedsNoRow(t *testing.T) {
	t.Parallel()
	for lang, p := range readers {
		for _, rule := range transforms.Rules() {
			got := p.ruleSentence(rule.Name)
			if got == "" || strings.ContainsAny(got, "{}") {
				t.Errorf("%s/%s: got %q", rule.Name, lang, got)
			}
		}
	}
	if got, want := readers["zh"].ruleSentence("bad_format"), "有一栏的格式不对"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := readers["zh"].ruleSentence("check_digit"), "有一栏的校验码不对，可能有一位写错了"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "吉安": 4, "〔2024〕12号": 12, "“引号”": 6, "ｱ": 1, "Ａ": 2, "\x1b[31m吉\x1b[0m": 2, "é": 1, "•": 1, "⏎": 1} {
		if got := columns(s); got != want {
			t.Errorf("columns(%q): got %d, want %d", s, got, want)
		}
	}
}

func TestTable_AlignsChinese(t *testing.T) {
	t.Parallel()
	g := Printer{Color: true}.page()
	tab := table{align: []align{left, right}}
	tab.add("吉安市", "1", "x")
	tab.add("ab", "1,000", g.paint(red, "吉州区"))
	tab.add("中a", "22", "")
	tab.write(g, "")
	want := "吉安市      1  x\nab      1,000  \x1b[31m吉州区\x1b[0m\n中a        22\n"
	if got := g.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestPlain_KeepsStrangersFromSteeringTheTerminal(t *testing.T) {
	t.Parallel()
	if got, want := plain("a\x1b[2Jb\u202ec\r\nd\te\u009b"), "a�[2Jb�c⏎d e�"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWrap_LosesNothingAndFits(t *testing.T) {
	t.Parallel()
	letter := rapid.SampledFrom([]rune("ab1 ，。（）吉安市场监督管理局〔〕“”"))
	rapid.Check(t, func(t *rapid.T) {
		s := strings.TrimSpace(string(rapid.SliceOfN(letter, 0, 80).Draw(t, "s")))
		n := rapid.IntRange(2, 40).Draw(t, "n")
		lines := wrap(s, n)
		for _, l := range lines {
			if columns(l) > n {
				t.Fatalf("%q is wider than %d", l, n)
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got, want := squeeze(strings.Join(lines, "")), squeeze(s); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{{"吉安市", 6, "吉安市"}, {"吉安市", 5, "吉安…"}, {"吉安市", 4, "吉…"}, {"abc", 2, "a…"}} {
		if got := cut(c.s, c.n); got != c.want {
			t.Errorf("cut(%q, %d): got %q, want %q", c.s, c.n, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -12345: "-12,345"} {
		if got := count(n); got != want {
			t.Errorf("count(%d): got %s, want %s", n, got, want)
		}
	}
}

func TestProgram_IsInTheCommandsThatAreSuggested(t *testing.T) {
	t.Parallel()
	p := Printer{Program: "creditsync -c night.yaml"}
	if got := string(p.Runs(results()[:1], nil)); !strings.Contains(got, "creditsync -c night.yaml run market-penalties --apply-deletes") {
		t.Errorf("got\n%s", got)
	}
}

func TestError_MarksTheHint(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("outside: %w", kafkaFault())
	if got, want := string(readers["zh"].Error(err)), "错误：连接不上 Kafka 127.0.0.1:9092：connection refused\n→ 请检查 bus.kafka.brokers。\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestError_LeavesPlacesAtTheBeginningOfLines(t *testing.T) {
	t.Parallel()
	err := fault.New(fault.Input, "config.invalid", fault.T("a.yaml:1:2：甲\na.yaml:3:4：乙", "a.yaml:1:2: a\na.yaml:3:4: b")).Do(fault.T("改正", "mend it"))
	if got, want := string(readers["en"].Error(err)), "error:\na.yaml:1:2: a\na.yaml:3:4: b\n→ mend it\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestError_InterruptedIsSaidInWords(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("insert ArrowStream: Post …: %w", context.Canceled)
	if got, want := string(readers["en"].Error(err)), "error: interrupted\n→ What was not committed does not count; run again to go on.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := readers["en"].NewProblem(err).Code, "run.interrupted"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The cells of refused fields are marked, also where the reasons are in English and the headers are not.
func TestRefusedRows_MarkCellsUnderChineseHeaders(t *testing.T) {
	t.Parallel()
	rows := []app.Rejected{{
		Receipt: "HZ-0123456789ABCDEF", Kind: "admin_penalty", State: "open",
		Violations: []app.Violation{{Field: "decision_date", Title: "date of the decision", Rule: "not_a_date", Message: "date of the decision is not a date"}},
		Cells:      []app.Cell{{Header: "处罚决定日期", Text: "2024-02-30"}, {Header: "处罚机关", Text: "x"}},
	}}
	var marked []string
	for line := range strings.Lines(string(readers["en"].RefusedRows(rows))) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "!" {
			marked = append(marked, fields[1])
		}
	}
	if !slices.Equal(marked, []string{"处罚决定日期"}) {
		t.Errorf("got %q marked, want the date", marked)
	}
}
