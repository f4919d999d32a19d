package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"creditsync/internal/process"
)

// han reports whether a text has a Chinese character.
func han(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// document is what `--json` prints when nothing could run, or beside the runs.
type document struct {
	Pipelines []run
	Error     *problem
}

// speaks fails unless a problem has a sentence and something to do, in Chinese and in English.
func speaks(t *testing.T, zh, en *problem) {
	t.Helper()
	if zh == nil || en == nil {
		t.Errorf("no error: zh %v, en %v", zh, en)
		return
	}
	if zh.Code != en.Code || !han(zh.Message) || !han(zh.Hint) || en.Message == "" || en.Hint == "" || han(en.Hint) {
		t.Errorf("zh %+v\nen %+v", *zh, *en)
	}
}

// TestTrouble_Configuration: what is wrong is named with its place and what would be right, and nothing is started.
func TestTrouble_Configuration(t *testing.T) {
	t.Parallel()
	good := "pipelines:\n  - name: penalties\n    kind: admin_penalty\n    source: {file: {path: \"inbox/*.csv\"}}\n"
	for _, c := range []struct{ name, config, at, says string }{
		{"unknown key", "data_dirr: x\n" + good, "1:1", "data_dir"},
		{"unknown key of a source", strings.Replace(good, "path:", "pathh: x, path:", 1), "4:21", "path"},
		{"missing variable", "keys: {file: \"${CREDITSYNC_E2E_NO_SUCH_VARIABLE}\"}\n" + good, "1:14", "CREDITSYNC_E2E_NO_SUCH_VARIABLE"},
		{"unknown kind", strings.Replace(good, "admin_penalty", "admin_penalties", 1), "3:11", "admin_penalty"},
		{"unknown field", good + "    map: {decision_number: docno}\n", "5:28", "decision_no"},
		{"a time that never comes", good + "    schedule: \"0 0 30 2 *\"\n", "5:15", "30 2"},
		{"a schedule with seconds", good + "    schedule: \"0 30 1 * * *\"\n", "5:15", "30 1"},
		{"a day of the calendar that is none", "calendar: {file: days.txt}\n" + good, "1:18", "calendar.file"},
		{"no share", good + "    error_budget: much\n", "5:19", "5%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, setup{})
			s.write("creditsync.yaml", c.config)
			for _, language := range []string{"zh", "en"} {
				var doc document
				r := s.into(&doc, 2, "run", "--language", language)
				if doc.Error == nil || doc.Error.Code != "config.invalid" || !strings.Contains(doc.Error.Message, "creditsync.yaml:"+c.at) || !strings.Contains(doc.Error.Message, c.says) || han(doc.Error.Message) != (language == "zh") {
					t.Errorf("%s: got %+v, want config.invalid at %s with %q", language, doc.Error, c.at, c.says)
				}
				if !strings.Contains(r.stderr, "creditsync.yaml:"+c.at) {
					t.Errorf("%s: stderr does not name the place: %s", language, r.stderr)
				}
			}
			s.want(2, "check")
			if _, err := os.Stat(s.path("data")); !os.IsNotExist(err) {
				t.Errorf("something was started: data is there (%v)", err)
			}
		})
	}
}

// zipped is a text as gzip.
func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTrouble_Input: files that are no input fail the run with a code and a sentence; nothing of them is applied.
func TestTrouble_Input(t *testing.T) {
	t.Parallel()
	dir := generate(t, "trouble", "--rows", "300", "--seed", "8", "--defects", "0", "--no-huge", "--header", "field", "--preamble", "0")
	whole := string(read(t, filepath.Join(dir, "penalties.csv")))
	header, rest, _ := strings.Cut(whole, "\n")
	header += "\n"
	packed := zipped(t, whole)
	cases := []struct{ name, code, file, content string }{
		{"truncated-gzip", "file.truncated_gzip", "a.csv.gz", packed[:len(packed)*2/3]},
		{"binary", "file.binary", "a.csv", "\x7fELF\x02\x01\x01\x00" + strings.Repeat("\x00\x01\x02\xff", 5000)},
		{"no-header", "file.no_header", "a.csv", rest},
		{"doubled-header", "file.doubled_header", "a.csv", header + header + rest},
		{"empty", "file.empty", "a.csv", ""},
		{"header-only", "file.empty", "a.csv", header},
		{"undecodable", "file.undecodable", "a.csv", header + strings.ReplaceAll(rest, "罚款", "罚\xff\xfe款")},
		{"missing-column", "columns.missing_column", "a.csv", strings.Replace(header, "decision_date", "note", 1) + rest},
		{"unclosed-quote", "file.unclosed_quote", "a.csv", whole + "\"a row that never ends,\n"},
	}
	var pipelines strings.Builder
	s := newSite(t, setup{})
	for _, c := range cases {
		fmt.Fprintf(&pipelines, "\n  - {name: %[1]s, kind: admin_penalty, mode: snapshot, source: {file: {path: \"%[1]s/*\"}}}", c.name)
		s.write(c.name+"/"+c.file, c.content)
	}
	s.write("inbox/good.csv", whole)
	fmt.Fprintf(&pipelines, "\n  - {name: good, kind: admin_penalty, mode: snapshot, source: {file: {path: \"inbox/*.csv\"}}}")
	fmt.Fprintf(&pipelines, "\n  - {name: nothing, kind: admin_penalty, mode: snapshot, source: {file: {path: \"inbox/*.tsv\"}}}\n")
	s.configure(setup{pipelines: pipelines.String()})
	s.up()
	var zh, en document
	s.into(&zh, 2, "run")
	s.into(&en, 2, "run", "--language", "en")
	if len(zh.Pipelines) != len(cases)+2 || len(en.Pipelines) != len(cases)+2 {
		t.Fatalf("%d and %d pipelines, want %d", len(zh.Pipelines), len(en.Pipelines), len(cases)+2)
	}
	for i, c := range cases {
		s.sub(c.name, func(t *testing.T) {
			if got := zh.Pipelines[i]; got.Name != c.name || got.State != "failed" || got.Error == nil || got.Error.Code != c.code || got.Inserted > 0 {
				t.Errorf("got %+v with error %+v, want failed with %s", got, got.Error, c.code)
			}
			speaks(t, zh.Pipelines[i].Error, en.Pipelines[i].Error)
			if e := zh.Pipelines[i].Error; e != nil && !strings.Contains(e.Message, c.name+"/"+c.file) {
				t.Errorf("the sentence does not name the file: %q", e.Message)
			}
			if r := s.want(2, "run", c.name); !strings.Contains(r.stdout, "[失败]") {
				t.Errorf("the summary: %s", r.stdout)
			}
		})
	}
	want := summaryOf(t, dir)
	if got := zh.Pipelines[len(cases)]; got.State != "done" || got.Inserted != want.Records || got.Published != want.Records {
		t.Errorf("the pipeline after those that failed: got %+v, want %d inserted", got, want.Records)
	}
	if got := zh.Pipelines[len(cases)+1]; got.State != "no_input" || got.Error != nil {
		t.Errorf("no file: got %+v, want no_input", got)
	}
	s.wantText(fmt.Sprint(want.Records, "\t0"), "SELECT (SELECT count() FROM credit.admin_penalty), (SELECT count() FROM credit.quarantine)")
	s.wantText(strconv.Itoa(3*len(cases)+4), "SELECT count() FROM credit.runs FINAL")
}

// busy is an address that somebody else listens on.
func busy(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestTrouble_Environment: an engine or broker that cannot be started or reached is named, with what to try; exit 3.
func TestTrouble_Environment(t *testing.T) {
	t.Parallel()
	dir := generate(t, "environment", "--rows", "50", "--seed", "8", "--defects", "0", "--no-huge", "--duplicates", "0")
	taken, nobody := busy(t), free(t)
	ok := `{embedded: {http: "127.0.0.1:0", native: "127.0.0.1:0"}}`
	for _, c := range []struct {
		name, code, says, warehouse, bus string
		published                        bool // the error stands at the run, which is done
	}{
		{"engine's port in use", "process.start", taken, fmt.Sprintf(`{embedded: {http: %q, native: "127.0.0.1:0"}}`, taken), "", false},
		{"engine's library missing", "engine.library_missing", "nowhere/libchdb.so", `{embedded: {http: "127.0.0.1:0", native: "127.0.0.1:0", library: "nowhere/libchdb.so"}}`, "", false},
		{"ClickHouse unreachable", "warehouse.unreachable", nobody, fmt.Sprintf(`{clickhouse: {url: "http://%s/credit"}}`, nobody), "", false},
		{"broker's port in use", "process.start", taken, ok, fmt.Sprintf(`{embedded: {listen: %q}}`, taken), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, setup{warehouse: c.warehouse, bus: c.bus})
			s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
			if r := s.want(3, "run", "--language", "en"); c.published && !strings.Contains(r.stdout, "50 messages wait to be published") {
				t.Errorf("the summary does not say how many messages wait:\n%s", r.stdout)
			}
			var zh, en document
			s.into(&zh, 3, "run")
			s.into(&en, 3, "run", "--language", "en")
			if c.published {
				for _, doc := range []*document{&zh, &en} {
					if len(doc.Pipelines) != 1 || doc.Pipelines[0].State != "done" || doc.Pipelines[0].Published > 0 {
						t.Fatalf("got %+v, want a done run that published nothing", doc.Pipelines)
					}
					doc.Error = doc.Pipelines[0].Error
				}
			}
			speaks(t, zh.Error, en.Error)
			if zh.Error == nil || zh.Error.Code != c.code || !strings.Contains(zh.Error.Message+zh.Error.Hint, c.says) {
				t.Errorf("got %+v, want %s naming %s", zh.Error, c.code, c.says)
			}
			r := s.want(3, "run")
			if c.published && !strings.Contains(r.stdout, "更早积压的消息没有发布") {
				t.Errorf("the summary does not say that messages wait:\n%s", r.stdout)
			}
			if c.code == "process.start" { // asked directly, the process itself says what is wrong
				what := map[bool]string{false: "engine", true: "broker"}[c.published]
				if r := s.want(3, what); !strings.Contains(r.stderr, c.says) || !strings.Contains(r.stderr, "→") {
					t.Errorf("%s: want %s and what to try: %s", what, c.says, r.stderr)
				}
			}
		})
	}
}

// TestTrouble_KafkaAway: what cannot be published waits; the next run tells it as older backlog.
func TestTrouble_KafkaAway(t *testing.T) {
	t.Parallel()
	dir := generate(t, "kafka-away", "--rows", "500", "--seed", "12", "--defects", "0", "--no-huge", "--duplicates", "0")
	at := free(t)
	s := newSite(t, setup{bus: fmt.Sprintf(`{kafka: {brokers: [%q]}}`, at)})
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	s.upEngine()
	s.write("inbox/penalties.csv", cut(t, dir, 1, 401))
	var away document
	said := s.into(&away, 3, "run")
	if n := strings.Count(said.stderr, "正在等待 Kafka（"+at+"）恢复，等到 "); n != 1 {
		t.Errorf("it is said %d times, want once, what is waited for and until when: %s", n, said.stderr)
	}
	list := away.Pipelines
	if r := list[0]; r.State != "done" || r.Inserted != 400 || r.Published != 0 || r.Error == nil || r.Error.Code != "kafka.unreachable" || !han(r.Error.Message) || !strings.Contains(r.Error.Message, at) || r.Error.Hint == "" {
		t.Fatalf("got %+v, error %+v", r, r.Error)
	}
	s.wantText("400", "SELECT count() FROM credit.admin_penalty")
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	broker := newSite(t, setup{bus: fmt.Sprintf(`{embedded: {listen: %q}}`, at)})
	broker.upBroker()
	s.broker = broker.broker
	if r := s.done(); r.counts() != (counts{read: 500, accepted: 500, inserted: 100, unchanged: 400, published: 100}) || r.Relayed != 400 {
		t.Errorf("got %+v, want 100 published and 400 relayed", r)
	}
	if n := len(s.toldOnce()); n != 500 {
		t.Errorf("%d messages, want 500", n)
	}
}

// toldOnce are the ids of the messages; one that comes twice fails the test.
func (s *site) toldOnce() map[string]bool {
	s.t.Helper()
	seen := map[string]bool{}
	for _, m := range s.messages() {
		id := m.Header("ce_id")
		if seen[id] {
			s.t.Errorf("%s is told twice", id)
		}
		seen[id] = true
	}
	return seen
}

// TestTrouble_Signals: a run that is asked to end does so within 10 s, its engine with it; the next run goes on and ends
// like an undisturbed one.
func TestTrouble_Signals(t *testing.T) {
	t.Parallel()
	dir := generate(t, "signals", "--rows", "40000", "--seed", "13", "--encoding", "gb18030", "--no-huge")
	all := summaryOf(t, dir)
	s := newSite(t, setup{})
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		step   string
	}{
		{"SIGINT while it reads", syscall.SIGINT, "batch staged"},
		{"SIGTERM while it reads", syscall.SIGTERM, "batch staged:2"},
	} {
		s.sub(c.name, func(t *testing.T) {
			b := s.halted(c.step, "run", "run")
			lock := s.path("data/clickhouse.lock")
			from := time.Now()
			b.signal(c.signal)
			b.signal(syscall.SIGCONT)
			if status := b.ended(commandLimit); status != 1 {
				t.Errorf("exit %d, want 1:\n%s", status, b.printed())
			}
			took := time.Since(from)
			t.Logf("ended %s after the signal", took.Round(time.Millisecond))
			out := b.printed()
			if took < 10*time.Second && !strings.Contains(out, "已中断") || strings.Contains(out, "panic") || strings.Contains(out, "context canceled") {
				t.Errorf("what it said:\n%s", out)
			}
			if owner, ok, _ := process.ReadOwner(lock); ok && owner.Alive() {
				t.Errorf("its engine is still alive: %+v", owner)
			}
		})
	}
	s.up()
	s.wantText("0", "SELECT count() FROM credit.admin_penalty")
	if got, want := s.done().counts(), (counts{read: all.Rows, accepted: all.Good, rejected: all.Bad, inserted: all.Records, superseded: all.Superseded, published: all.Records}); got != want {
		t.Errorf("the run after: got %+v, want %+v", got, want)
	}
	if n := len(s.toldOnce()); uint64(n) != all.Records {
		t.Errorf("%d messages, want %d", n, all.Records)
	}
	s.wantText(strconv.FormatUint(all.Records, 10), "SELECT count() FROM credit.admin_penalty")
}

// TestTrouble_SecondRun: a pipeline runs once at a time, and the second is told who has it; others run beside it.
func TestTrouble_SecondRun(t *testing.T) {
	t.Parallel()
	one := generate(t, "beside-one", "--rows", "8000", "--seed", "14", "--no-huge", "--defects", "0", "--duplicates", "0")
	two := generate(t, "beside-two", "--rows", "8000", "--seed", "15", "--no-huge", "--defects", "0", "--duplicates", "0")
	s := newSite(t, setup{pipelines: `
  - {name: one, kind: admin_penalty, mode: snapshot, source: {file: {path: "one/*.csv"}}}
  - {name: two, kind: admin_penalty, mode: snapshot, source: {file: {path: "two/*.csv"}}}
`})
	s.write("one/a.csv", string(read(t, filepath.Join(one, "penalties.csv"))))
	s.write("two/a.csv", string(read(t, filepath.Join(two, "penalties.csv"))))
	s.up()
	s.want(0, "check")
	a := s.halted("staged", "one", "run", "one")
	for language, words := range map[string]string{"zh": "起已在运行", "en": "already running since"} {
		list := s.runs(1, "one", "--language", language)
		if len(list) != 1 || list[0].Error == nil || list[0].Error.Code != "pipeline.busy" || !strings.Contains(list[0].Error.Message, words) ||
			!strings.Contains(list[0].Error.Message, strconv.Itoa(a.cmd.Process.Pid)) {
			t.Errorf("%s: got %+v with error %+v, want pipeline.busy by %d", language, list, list[0].Error, a.cmd.Process.Pid)
		}
	}
	b := s.start("two", "run", "two")
	poll(t, commandLimit, "the second pipeline is committed or waits", func() bool {
		n, err := s.try("SELECT uniqExact(run_no) = 2 OR (SELECT count() FROM credit.commits) > 0 FROM credit.admin_penalty_stage")
		return err == nil && n == "1"
	})
	a.signal(syscall.SIGCONT)
	for _, p := range []*background{a, b} {
		if status := p.ended(commandLimit); status != 0 {
			t.Errorf("exit %d: %s", status, p.printed())
		}
	}
	s.wantText("one\t8000\ntwo\t8000", "SELECT pipeline, count() FROM credit.admin_penalty GROUP BY pipeline ORDER BY pipeline")
	if n := len(s.toldOnce()); n != 16000 {
		t.Errorf("%d messages, want 16000", n)
	}
}
