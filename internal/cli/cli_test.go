package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"creditsync/internal/app"
	"creditsync/internal/fault"
	"creditsync/pipelines"
)

func TestRun_ExitStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		run  func(context.Context, app.Options) ([]app.RunResult, error)
		want int
	}{
		"done":           {ran(pipelines.Done, nil, nil), 0},
		"no input":       {ran(pipelines.NoInput, nil, nil), 0},
		"failed":         {ran(pipelines.Failed, errors.New("broke"), nil), 1},
		"input is wrong": {ran(pipelines.Failed, errWrong, nil), 2},
		"Kafka is away":  {ran(pipelines.Done, nil, errAway), 3},
		"before any run": {func(context.Context, app.Options) ([]app.RunResult, error) { return nil, errWrong }, 2},
		"several: 2 of 3": {func(context.Context, app.Options) ([]app.RunResult, error) {
			return []app.RunResult{{PublishErr: errAway}}, errWrong
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{run: c.run}
			for _, extra := range [][]string{nil, {"--json"}} {
				got := call(t, f, append([]string{"run", "-c", "$CONFIG"}, extra...)...)
				if got.status != c.want {
					t.Errorf("%v: got %d, want %d", extra, got.status, c.want)
				}
				if extra != nil && !json.Valid([]byte(got.stdout)) {
					t.Errorf("stdout is not one document: %q", got.stdout)
				}
			}
			if f.closed != 2 {
				t.Errorf("closed %d times of 2", f.closed)
			}
		})
	}
}

func TestRun_PassesTheWish(t *testing.T) {
	t.Parallel()
	f := &fake{run: ran(pipelines.Done, nil, nil)}
	got := call(t, f, "run", "market", "--apply-deletes", "--accept-deletes", "12", "-c", "$CONFIG")
	want := pipelines.Wish{ApplyDeletes: true, AcceptDeletes: 12}
	if got.status != 0 || f.wish != want || !slices.Equal(f.names, []string{"market"}) {
		t.Errorf("got %d, %+v, %v", got.status, f.wish, f.names)
	}
	if !strings.Contains(got.stdout, "from: file inbox/*.csv") {
		t.Errorf("the source is not named:\n%s", got.stdout)
	}
}

func TestRun_ErrorsBeforeAnyRunAreADocumentToo(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no configuration": {"run", "--json", "-c", filepath.Join(t.TempDir(), "absent.yaml")},
		"unknown flag":     {"run", "--json", "--bogus"},
		"bad language":     {"run", "--json", "--language", "fr", "-c", "$CONFIG"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, &fake{}, args...)
			var doc struct {
				Pipelines []any
				Error     struct{ Code, Message, Hint string }
			}
			dec := json.NewDecoder(strings.NewReader(got.stdout))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&doc); err != nil {
				t.Fatalf("%v in %q", err, got.stdout)
			}
			if got.status != 2 || doc.Error.Code == "" || doc.Error.Message == "" || len(doc.Pipelines) != 0 || got.stderr == "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestCommands_CallAndPrint(t *testing.T) {
	t.Parallel()
	rows := []app.Rejected{{Receipt: "HZ-0123456789ABCDEF", State: "open", Seen: 1}, {Receipt: "HZ-1123456789ABCDEF", State: "open", Seen: 1}}
	for name, c := range map[string]struct {
		args []string
		f    fake
		want func(f *fake) bool
		says string
	}{
		"check":   {[]string{"check"}, fake{findings: []app.Finding{{What: fault.T("甲", "a")}}}, func(*fake) bool { return true }, "[ok]  a"},
		"preview": {[]string{"preview", "market", "--rows", "3"}, fake{}, func(f *fake) bool { return f.names[0] == "market" && f.limit == 3 }, "nothing to read"},
		"record":  {[]string{"record", "0f3a"}, fake{record: app.Record{ID: "0f3a9c"}}, func(f *fake) bool { return f.names[0] == "0f3a" }, "0f3a9c"},
		"runs":    {[]string{"runs", "market"}, fake{}, func(f *fake) bool { return f.names[0] == "market" && f.limit == 20 }, "nothing has run"},
		"ls": {[]string{"quarantine", "ls", "market", "--rule", "required", "--limit", "1"}, fake{rejected: rows}, func(f *fake) bool {
			return f.filter.Rule == "required" && f.filter.State == "open" && f.filter.Limit == 2 && f.filter.Pipeline == "market"
		}, "there are more"},
		"ls all":      {[]string{"quarantine", "ls", "--state", "all", "--limit", "0"}, fake{rejected: rows}, func(f *fake) bool { return f.filter.State == "" && f.filter.Limit == 0 }, "HZ-1123456789ABCDEF"},
		"show":        {[]string{"quarantine", "show", "HZ-0123456789ABCDEF"}, fake{rejected: rows[:1]}, func(f *fake) bool { return f.filter.Receipts[0] == "HZ-0123456789ABCDEF" }, "receipt HZ-0123456789ABCDEF"},
		"replay":      {[]string{"quarantine", "replay", "--pipeline", "market"}, fake{run: ran(pipelines.Done, nil, nil)}, func(f *fake) bool { return f.filter.Pipeline == "market" }, "[done] market"},
		"dismiss":     {[]string{"quarantine", "dismiss", "HZ-0123456789ABCDEF", "--reason", "a duplicate"}, fake{}, func(f *fake) bool { return f.reason == "a duplicate" && len(f.filter.Receipts) == 1 }, "dismissed: 2"},
		"dismiss all": {[]string{"quarantine", "dismiss", "--all", "--reason", "x"}, fake{}, func(f *fake) bool { return len(f.filter.Receipts) == 0 }, "dismissed: 2"},
		"export":      {[]string{"quarantine", "export", "market", "--to", "out"}, fake{exported: []app.Exported{{Path: "out/a.xlsx", Rows: 1}}}, func(f *fake) bool { return f.dir == "out" && f.filter.Pipeline == "market" }, "out/a.xlsx"},
		"revert": {[]string{"revert", "7", "--reason", "a wrong file", "--partly"}, fake{reverted: app.Reverted{RunResult: app.RunResult{Report: pipelines.Report{State: pipelines.Done}}, Of: app.RunRow{RunNo: 7}}}, func(f *fake) bool {
			return f.revert == app.RevertWish{Run: "7", Reason: "a wrong file", Partly: true}
		}, "[done] revert of run 7"},
		"revert dry": {[]string{"revert", "7", "--dry-run"}, fake{reverted: app.Reverted{RunResult: app.RunResult{Report: pipelines.Report{State: pipelines.Done, DryRun: true}}, Of: app.RunRow{RunNo: 7}}}, func(f *fake) bool {
			return f.revert == app.RevertWish{Run: "7", DryRun: true}
		}, "[dry run] revert of run 7"},
		"options pass": {[]string{"runs"}, fake{}, func(f *fake) bool {
			return f.opts.Executable == "/usr/bin/creditsync" && f.opts.Config.Language == fault.English && f.opts.Log != nil
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := c.f
			got := call(t, &f, append(c.args, "-c", "$CONFIG")...)
			if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, c.says) || !c.want(&f) {
				t.Errorf("got %+v, filter %+v", got, f.filter)
			}
		})
	}
}

func TestCommands_JSONIsOneDocument(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"check", "preview market", "record 0f3a9c52", "runs", "quarantine ls", "quarantine show HZ-0", "quarantine replay",
		"quarantine dismiss --all --reason x", "quarantine export", "version"} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			f := &fake{run: ran(pipelines.Done, nil, nil), rejected: []app.Rejected{{Receipt: "HZ-0"}}}
			got := call(t, f, append(strings.Fields(words), "--json", "-c", "$CONFIG")...)
			if got.status != 0 || !json.Valid([]byte(got.stdout)) {
				t.Errorf("got %+v", got)
			}
			if words == "version" || words == "check" {
				return // which cannot fail like this
			}
			bad := call(t, &fake{err: errAway, run: func(context.Context, app.Options) ([]app.RunResult, error) { return nil, errAway }}, append(strings.Fields(words), "--json", "-c", "$CONFIG")...)
			if bad.status != 3 || !json.Valid([]byte(bad.stdout)) || !strings.Contains(bad.stdout, "kafka.unreachable") || !strings.Contains(bad.stderr, "look at the address") {
				t.Errorf("got %+v", bad)
			}
		})
	}
}

func TestLanguage_OfTheFlagWins(t *testing.T) {
	t.Parallel()
	f := &fake{}
	got := call(t, f, "runs", "--language", "zh", "-c", "$CONFIG")
	if !strings.Contains(got.stdout, "还没有运行过") || f.opts.Config.Language != fault.Chinese {
		t.Errorf("got %+v", got)
	}
}

func TestNotice_GoesToStderr(t *testing.T) {
	t.Parallel()
	f := &fake{run: func(_ context.Context, o app.Options) ([]app.RunResult, error) {
		o.Notice(fault.T("甲", "keys were made"))
		o.Log.Warn("a warning")
		o.Log.Info("not shown")
		return nil, nil
	}}
	got := call(t, f, "run", "--json", "-c", "$CONFIG")
	if !strings.Contains(got.stderr, "note: keys were made") || !strings.Contains(got.stderr, "a warning") || strings.Contains(got.stderr, "not shown") {
		t.Errorf("got %q", got.stderr)
	}
	if !json.Valid([]byte(got.stdout)) {
		t.Errorf("stdout: %q", got.stdout)
	}
}

func TestEngine_FlagsTakePrecedence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := &fake{serve: func(_ context.Context, _ app.Options, ready func(map[string]string)) error {
		ready(map[string]string{"http": "127.0.0.1:18123"})
		return nil
	}}
	got := call(t, f, "engine", "--listen", "127.0.0.1:18123", "--native", "127.0.0.1:0", "--data-dir", dir, "-c", "$CONFIG")
	cfg := f.opts.Config
	if got.status != 0 || cfg.Warehouse.Embedded.HTTP != "127.0.0.1:18123" || cfg.Warehouse.Embedded.Native != "127.0.0.1:0" {
		t.Errorf("got %+v, %+v", got, cfg.Warehouse.Embedded)
	}
	if got := call(t, f, "engine", "--native", "off", "-c", "$CONFIG"); got.status != 0 || f.opts.Config.Warehouse.Embedded.Native != "off" {
		t.Errorf("without the native protocol: got %+v, %+v", got, f.opts.Config.Warehouse.Embedded)
	}
	if cfg.DataDir != dir || cfg.Ledger.SQLite != filepath.Join(dir, "ledger.db") || cfg.Keys.File != filepath.Join(dir, "keys.json") {
		t.Errorf("got %s, %s, %s", cfg.DataDir, cfg.Ledger.SQLite, cfg.Keys.File)
	}
	if !strings.Contains(got.stdout, "http  127.0.0.1:18123") {
		t.Errorf("got %q", got.stdout)
	}
}

func TestEngine_DoesNotListenBeyondTheMachineWithoutPassword(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"engine --listen 0.0.0.0:8123", "engine --native [::]:9000", "engine --listen 8123", "broker --listen 0.0.0.0:9092"} {
		got := call(t, &fake{}, append(strings.Fields(words), "-c", "$CONFIG")...)
		if got.status != 2 || !strings.Contains(got.stderr, "address") {
			t.Errorf("%s: got %+v", words, got)
		}
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Err: syscall.EPIPE}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestOutput_AReaderThatHasGoneIsNoError(t *testing.T) {
	t.Parallel()
	f := &fake{history: []app.RunRow{{RunNo: 1}}}
	env := Env{Args: []string{"version"}, Stdout: closedPipe{}, Stderr: &bytes.Buffer{}, LookupEnv: func(string) (string, bool) { return "", false }, Now: time.Now}
	open := func(app.Options) application { return f }
	if got := run(env, open); got != 0 {
		t.Errorf("got %d, want 0", got)
	}
	env.Stdout = full{}
	if got := run(env, open); got != 3 {
		t.Errorf("a full disk: got %d, want 3", got)
	}
}

// It is not parallel: every command that runs at the time hears the signal.
func TestRun_EndsAtASignal(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		f := &fake{run: func(ctx context.Context, _ app.Options) ([]app.RunResult, error) {
			if err := syscall.Kill(os.Getpid(), signal); err != nil {
				return nil, err
			}
			<-ctx.Done()
			return []app.RunResult{{Report: pipelines.Report{Pipeline: "market", State: pipelines.Failed, Err: ctx.Err()}}}, nil
		}}
		got := call(t, f, "run", "-c", "$CONFIG")
		if got.status != 1 || f.closed != 1 || !strings.Contains(got.stderr, "Interrupted: what was committed stays") {
			t.Errorf("%v: got %+v", signal, got)
		}
	}
	f := &fake{serve: func(ctx context.Context, _ app.Options, _ func(map[string]string)) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	if got := call(t, f, "broker", "-c", "$CONFIG"); got.status != 0 {
		t.Errorf("a server that was asked to end: got %+v", got)
	}
}
