package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"
)

// fileOptions stand for the options of a real source: a required key, choices, a default.
type fileOptions struct {
	Path       string `yaml:"path"`
	Encoding   string `yaml:"encoding"`
	Take       string `yaml:"take"`
	AllowEmpty bool   `yaml:"allow_empty"`
	Format     string `yaml:"format"`
	Delimiter  string `yaml:"delimiter"`
	HeaderRow  int    `yaml:"header_row"`
	Sheet      string `yaml:"sheet"`
	Records    string `yaml:"records"`
	Member     string `yaml:"member"`
}

func (o *fileOptions) Validate() error {
	var errs []error
	if o.Encoding != "auto" && o.Encoding != "utf-8" && o.Encoding != "gb18030" {
		errs = append(errs, fault.New(fault.Input, "file.encoding", fault.T("不认识编码 %q", "unknown encoding %q", o.Encoding)).
			Do(fault.T("用 auto", "use auto")))
	}
	if o.Take != "all" && o.Take != "newest" {
		errs = append(errs, fault.New(fault.Input, "file.take", fault.T("take 应为 all 或 newest", "take must be all or newest")))
	}
	return joined(errs)
}

func (o *fileOptions) Keys() map[string]fault.Text {
	return map[string]fault.Text{"path": fault.T("文件或通配符", "File or pattern")}
}

// hidden is a secret of a source's own.
type hidden struct{ text string }

func (h *hidden) UnmarshalText(b []byte) error {
	if !strings.Contains(string(b), "://") && string(b) != "x" {
		return fmt.Errorf("%q is not a dsn", b)
	}
	h.text = string(b)
	return nil
}

func (h hidden) Reveal() string { return h.text }

// level decodes itself and says what is wrong in both languages.
type level int

func (l *level) UnmarshalText(b []byte) error {
	if string(b) != "high" {
		return fault.New(fault.Input, "level", fault.T("应为 high", "must be high"))
	}
	*l = 1
	return nil
}

// shape decodes itself with the library.
type shape struct{ x int }

func (s *shape) UnmarshalYAML(unmarshal func(any) error) error {
	var v struct {
		X int `yaml:"x"`
	}
	if err := unmarshal(&v); err != nil {
		return err
	}
	s.x = v.X
	return nil
}

type limits struct {
	Rows  int  `yaml:"rows"`
	Depth uint `yaml:"depth"`
}

type tableOptions struct {
	DSN     hidden        `yaml:"dsn"`
	Every   time.Duration `yaml:"every"`
	Columns []string      `yaml:"columns"`
	Limits  *limits       `yaml:"limits"`
	Level   level         `yaml:"level"`
	Shape   shape         `yaml:"shape"`
	Token   Secret        `yaml:"token" is:"elsewhere"`
	Common  `yaml:",inline"`
}

// Suits refuses limits, to have something to refuse.
func (o tableOptions) Suits(m connectors.Mode) error {
	if m == connectors.Incremental && o.Retries == 13 {
		return fault.New(fault.Input, "table.mode", fault.T("13 次不能增量", "13 retries are not for incremental"))
	}
	return nil
}

type Common struct {
	Retries int `yaml:"retries"`
}

type fakeSource struct {
	connectors.Source
	at   connectors.Place
	path string
}

func joined(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return &joinedErrors{errs}
}

type joinedErrors struct{ errs []error }

func (j *joinedErrors) Error() string   { return "several" }
func (j *joinedErrors) Unwrap() []error { return j.errs }

func testKnown() Known {
	return Known{
		Sources: connectors.NewRegistry(
			connectors.Define("file", []connectors.Mode{connectors.Snapshot, connectors.Append},
				fileOptions{Encoding: "auto", Take: "all"},
				func(o fileOptions, at connectors.Place) (connectors.Source, error) {
					if _, err := filepath.Match(o.Path, ""); err != nil {
						return nil, fmt.Errorf("pattern %s: %w", o.Path, err)
					}
					return fakeSource{at: at, path: o.Path}, nil
				}),
			connectors.Define("table", []connectors.Mode{connectors.Incremental}, tableOptions{Every: time.Minute},
				func(_ tableOptions, at connectors.Place) (connectors.Source, error) { return fakeSource{at: at}, nil }),
		),
		Kinds: map[string][]string{
			"admin_penalty": {"subject_name", "uscc", "decision_no", "decision_date"},
			"admin_license": {"subject_name", "uscc", "license_no"},
		},
		Schedule: func(expr string) error {
			if strings.Contains(expr, "25") {
				return fault.New(fault.Input, "schedule.syntax", fault.T("小时应为 0 到 23", "the hour must be 0 to 23"))
			}
			return nil
		},
		Calendar: func(path, days string) error {
			if strings.Contains(days, "02-30") {
				return fault.New(fault.Input, "calendar.line", fault.T("%s:2：没有这一天", "%s:2: there is no such day", path))
			}
			return nil
		},
	}
}

func testLookup(more map[string]string) Lookup {
	env := map[string]string{"LANG": "zh_CN.UTF-8", "CH_PASSWORD": "hunter2"}
	for k, v := range more {
		env[k] = v
	}
	return Lookup{
		Env:      func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		ReadFile: os.ReadFile,
	}
}

// load loads one text as if it were a file named creditsync.yaml in /etc/credit.
func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	look := testLookup(nil)
	look.ReadFile = func(path string) ([]byte, error) {
		if filepath.Base(path) == DefaultPath {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	return Load("/etc/credit/creditsync.yaml", look, testKnown())
}

func mustLoad(t *testing.T, text string) *Config {
	t.Helper()
	c, err := load(t, text)
	if err != nil {
		t.Fatal(fault.Say(err, fault.English))
	}
	return c
}

func matching(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	return files
}

func TestLoad_Good(t *testing.T) {
	t.Parallel()
	for _, file := range matching(t, "testdata/*.good.yml") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".good.yml"), func(t *testing.T) {
			t.Parallel()
			c, err := Load(file, testLookup(nil), testKnown())
			if err != nil {
				t.Fatal(fault.Say(err, fault.English))
			}
			if c.Timezone == nil || c.DataDir == "" || c.Ledger.SQLite == "" || c.Keys.File == "" {
				t.Errorf("a default is missing: %+v", c)
			}
			for _, p := range c.Pipelines {
				if p.Source == nil || p.Options == nil || !strings.HasPrefix(p.At, file+":") {
					t.Errorf("pipeline is not whole: %+v", p)
				}
			}
		})
	}
}

func TestLoad_Bad(t *testing.T) {
	t.Parallel()
	files := matching(t, "testdata/*.bad.yml")
	if len(files) < 40 {
		t.Errorf("got %d bad files, want at least 40", len(files))
	}
	here, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".bad.yml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Load(file, testLookup(nil), testKnown())
			if err == nil || c != nil {
				t.Fatalf("got %v, want an error", c)
			}
			if got := fault.ClassOf(err); got != fault.Input {
				t.Errorf("got class %d, want %d", got, fault.Input)
			}
			for _, l := range []fault.Language{fault.Chinese, fault.English} {
				said := strings.ReplaceAll(fault.Say(err, l), here, "TESTDATA") + "\n"
				if strings.Contains(said, "hunter2") {
					t.Errorf("a secret is shown: %s", said)
				}
				golden.CheckFile(t, "testdata/"+name+".bad."+string(l)+".txt", said)
			}
		})
	}
}

func TestLoad_Whole(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, `
data_dir: ../var
pipelines:
  - name: one
    kind: admin_penalty
    source: {file: {path: a.csv}}
`)
	if got, want := c.DataDir, "/etc/var"; got != want {
		t.Errorf("data_dir: got %s, want %s", got, want)
	}
	if got, want := c.Ledger.SQLite, "/etc/var/ledger.db"; got != want {
		t.Errorf("ledger: got %s, want %s", got, want)
	}
	if got, want := c.Keys.File, "/etc/var/keys.json"; got != want {
		t.Errorf("keys: got %s, want %s", got, want)
	}
	if got, want := c.Language, fault.Chinese; got != want {
		t.Errorf("language: got %s, want %s", got, want)
	}
	if got, want := c.Timezone.String(), "Asia/Shanghai"; got != want {
		t.Errorf("timezone: got %s, want %s", got, want)
	}
	if c.Warehouse.ClickHouse != nil || c.Bus.Kafka != nil || c.Warehouse.Embedded.HTTP != "127.0.0.1:8123" || c.Bus.Embedded.Listen != "127.0.0.1:9092" {
		t.Errorf("engines: got %+v %+v", c.Warehouse, c.Bus)
	}
	p := c.Pipelines[0]
	if got, want := p.At, "/etc/credit/creditsync.yaml:4:5"; got != want {
		t.Errorf("place: got %s, want %s", got, want)
	}
	if got, want := p.ErrorBudget, (Budget{Share: 0.05, MinRows: 20}); got != want {
		t.Errorf("error_budget: got %+v, want %+v", got, want)
	}
	if got, want := p.MassDelete, (Budget{Share: 0.2, MinRows: 20}); got != want {
		t.Errorf("mass_delete: got %+v, want %+v", got, want)
	}
	if !p.Enabled || p.Mode != connectors.Snapshot || p.Overlap != OverlapSkip || p.CatchUp != (CatchUp{Policy: CatchUpLatest}) {
		t.Errorf("defaults: got %+v", p)
	}
	src := p.Source.(fakeSource)
	if src.path != "a.csv" || src.at.Dir != "/etc/credit" || p.SourceType != "file" {
		t.Errorf("source: got %+v of %s", src, p.SourceType)
	}
	if o := p.Options.(*fileOptions); o.Encoding != "auto" || o.Take != "all" {
		t.Errorf("options: got %+v", o)
	}
}

func TestLoad_Shorthands(t *testing.T) {
	t.Parallel()
	c, err := Load("testdata/shorthands.good.yml", testLookup(nil), testKnown())
	if err != nil {
		t.Fatal(err)
	}
	a, b := c.Pipelines[0], c.Pipelines[1]
	if got, want := a.ErrorBudget, (Budget{Share: 0.005, MinRows: 20}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := a.CatchUp, (CatchUp{Policy: CatchUpAll, Max: 7}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := b.CatchUp, (CatchUp{Policy: CatchUpAll, Max: 31}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if a.ExpectEvery != 36*time.Hour || a.Priority != 10 || a.Enabled {
		t.Errorf("got %v, %d, %v", a.ExpectEvery, a.Priority, a.Enabled)
	}
}

func TestLoad_Servers(t *testing.T) {
	t.Parallel()
	c, err := Load("testdata/servers.good.yml", testLookup(nil), testKnown())
	if err != nil {
		t.Fatal(err)
	}
	if c.Warehouse.Embedded != nil || c.Bus.Embedded != nil {
		t.Error("both alternatives are there")
	}
	if got, want := c.Warehouse.ClickHouse.URL.Reveal(), "https://creditsync:hunter2@ch.example:8443/credit"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := c.Bus.Kafka.SASL.Password.Reveal(), "not-a-real-password"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := c.Warehouse.ClickHouse.TLS.CA; !filepath.IsAbs(got) || !strings.HasSuffix(got, "testdata/tls/ca.pem") {
		t.Errorf("ca: got %s", got)
	}
	if c.Bus.Kafka.TLS == nil || c.Bus.Kafka.Partitions != 12 || c.Language != fault.English {
		t.Errorf("got %+v", c.Bus.Kafka)
	}
	for _, shown := range []string{fmt.Sprintf("%+v", c.Warehouse.ClickHouse), fmt.Sprintf("%#v", c.Warehouse.ClickHouse), encoded(t, c.Bus)} {
		if strings.Contains(shown, "hunter2") || strings.Contains(shown, "not-a-real") {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLoad_Anchors(t *testing.T) {
	t.Parallel()
	c, err := Load("testdata/anchors.good.yml", testLookup(nil), testKnown())
	if err != nil {
		t.Fatal(fault.Say(err, fault.English))
	}
	one, two := c.Pipelines[0], c.Pipelines[1]
	if two.Name != "two" || two.Kind != one.Kind || two.Schedule != one.Schedule || two.ErrorBudget != one.ErrorBudget || two.MassDelete != one.ErrorBudget {
		t.Errorf("got %+v", two)
	}
}

func TestLoad_MissingFile(t *testing.T) {
	t.Parallel()
	look := testLookup(nil)
	look.ReadFile = func(string) ([]byte, error) { return nil, &os.PathError{Op: "open", Path: "x", Err: os.ErrNotExist} }
	f := func(path, want string) {
		t.Helper()
		_, err := Load(path, look, testKnown())
		if fault.CodeOf(err) != "config.missing" || fault.ClassOf(err) != fault.Input || !strings.Contains(fault.Say(err, fault.English), want) {
			t.Errorf("%s: got %v", path, fault.Say(err, fault.English))
		}
	}
	f(DefaultPath, "examples/creditsync.yaml is one to start from")
	f("other.yaml", "check the path after -c")

	look.ReadFile = func(string) ([]byte, error) { return nil, &os.PathError{Op: "open", Path: "x", Err: os.ErrPermission} }
	if _, err := Load("x.yaml", look, testKnown()); fault.CodeOf(err) != "config.unreadable" {
		t.Errorf("got %v", err)
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	f := func(want fault.Language, env map[string]string) {
		t.Helper()
		if got := LanguageOf(func(n string) (string, bool) { v, ok := env[n]; return v, ok }); got != want {
			t.Errorf("%v: got %s, want %s", env, got, want)
		}
	}
	f(fault.Chinese, map[string]string{"LANG": "zh_CN.UTF-8"})
	f(fault.English, map[string]string{"LANG": "en_US.UTF-8"})
	f(fault.English, map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "C"})
	f(fault.English, nil)
}

// What the engine and the broker need of a configuration is the same with and without its pipelines, which are not read.
func TestLoad_StoresOnly(t *testing.T) {
	t.Parallel()
	const before = "language: en\ndata_dir: ./here\nwarehouse: {embedded: {http: 127.0.0.1:1234}}\n"
	const after = "bus: {embedded: {listen: 127.0.0.1:4321}}\n"
	for name, section := range map[string]string{
		"a list":           "pipelines:\n  - name: a\n    kind: admin_penalty\n    source: {file: {path: a.csv}}\n",
		"at the left edge": "pipelines:\n- name: a\n  kind: admin_penalty\n  source: {file: {path: a.csv}}\n# a comment\n\n- name: b\n  kind: admin_penalty\n  source: {file: {path: b.csv}}\n",
		"on its line":      "pipelines: [{name: a, kind: admin_penalty, source: {file: {path: a.csv}}}]\n",
		"a broken one":     "pipelines:\n  - nonsense: [\n",
		"none":             "",
	} {
		path := filepath.Join(t.TempDir(), "creditsync.yaml")
		if err := os.WriteFile(path, []byte(before+section+after), 0o600); err != nil {
			t.Fatal(err)
		}
		known := testKnown()
		known.StoresOnly = true
		c, err := Load(path, Lookup{Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile}, known)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.Warehouse.Embedded.HTTP != "127.0.0.1:1234" || c.Bus.Embedded.Listen != "127.0.0.1:4321" || c.DataDir != filepath.Join(filepath.Dir(path), "here") || len(c.Pipelines) != 0 {
			t.Errorf("%s: got %+v", name, c)
		}
	}
}

// Where the pipelines hold what the rest refers to, the whole document is read.
func TestLoad_StoresOnly_ReadsAllWhereItMust(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "creditsync.yaml")
	text := "pipelines:\n  - name: &n a\n    kind: admin_penalty\n    source: {file: {path: a.csv}}\ndata_dir: *n\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	known := testKnown()
	known.StoresOnly = true
	c, err := Load(path, Lookup{Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile}, known)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.DataDir, filepath.Join(filepath.Dir(path), "a"); got != want || len(c.Pipelines) != 1 {
		t.Errorf("got %s and %d pipelines, want %s and 1", got, len(c.Pipelines), want)
	}
}
