package engine

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/fault"
)

func TestFindLibrary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	touch := func(parts ...string) string {
		path := filepath.Join(append([]string{dir}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	explicit, variable := touch("explicit.so"), touch("variable.so")
	program, beside, cached := touch("bin", "creditsync"), touch("bin", "libchdb.so"), touch("home", ".cache", "creditsync", "libchdb-"+libraryVersion, "libchdb.so")
	home := filepath.Join(dir, "home")
	for name, test := range map[string]struct {
		explicit   string
		env        func(string) string
		executable string
		want       string
	}{
		"explicit":       {explicit, env("CREDITSYNC_LIBCHDB", variable), program, explicit},
		"variable":       {"", env("CREDITSYNC_LIBCHDB", variable, "HOME", home), program, variable},
		"beside":         {"", env("HOME", home), program, beside},
		"cache":          {"", env("HOME", home), filepath.Join(dir, "explicit.so"), cached},
		"cache variable": {"", env("CREDITSYNC_CACHE", filepath.Join(home, ".cache", "creditsync")), "", cached},
	} {
		if got, err := FindLibrary(test.explicit, test.env, test.executable); err != nil || got != test.want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, test.want)
		}
	}
	_, err := FindLibrary(filepath.Join(dir, "missing.so"), env("HOME", home), program)
	if fault.ClassOf(err) != fault.Environment || !strings.Contains(err.Error(), "missing.so") || !strings.Contains(fault.Say(err, fault.English), "make build") {
		t.Errorf("missing: %v", err)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options RunOptions
		class   fault.Class
		code    string
	}{
		"open address":   {RunOptions{HTTP: "0.0.0.0:0"}, fault.Input, "engine.open_address"},
		"broken address": {RunOptions{HTTP: "8123"}, fault.Input, "engine.address"},
		"no library":     {RunOptions{HTTP: "127.0.0.1:0", Library: "/nonexistent/libchdb.so"}, fault.Environment, "engine.library_broken"},
		"open native":    {RunOptions{HTTP: "127.0.0.1:0", Native: "0.0.0.0:0"}, fault.Input, "engine.open_address"},
		"busy native":    {RunOptions{HTTP: "127.0.0.1:0", Native: "127.0.0.1:1"}, fault.Environment, "engine.listen"},
		"busy address":   {RunOptions{HTTP: "127.0.0.1:1"}, fault.Environment, "engine.listen"},
	} {
		o := test.options
		o.Dir, o.Log = t.TempDir(), slog.New(slog.DiscardHandler)
		unlocked := false
		o.Lock = func(context.Context, string) (func(map[string]string) error, func() error, error) {
			return func(map[string]string) error { return nil }, func() error { unlocked = true; return nil }, nil
		}
		if name == "busy address" {
			o.HTTP = shared.get(t).address
		}
		if name == "busy native" {
			o.Native = shared.get(t).address
		}
		err := Run(context.Background(), o)
		if fault.ClassOf(err) != test.class || fault.CodeOf(err) != test.code {
			t.Errorf("%s: got %v", name, err)
		}
		if test.class == fault.Environment && !unlocked {
			t.Errorf("%s: the lock was kept", name)
		}
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	c := own(t, "CREDITSYNC_TEST_PASSWORD=pass:word", "CREDITSYNC_TEST_FILES=1")
	for name, pairs := range map[string][]string{
		"header": {"H:X-ClickHouse-User", "default", "H:X-ClickHouse-Key", "pass:word"}, "URL": {"user", "default", "password", "pass:word"},
		"basic": {"H:Authorization", "Basic ZGVmYXVsdDpwYXNzOndvcmQ="},
	} {
		c.must(t, "SELECT 1", pairs...)
		_ = name
	}
	for _, pairs := range [][]string{{}, {"password", ""}, {"password", "x"}, {"user", "x", "password", "pass:word"}} {
		if r := c.post(t, "SELECT 1", pairs...); r.status != 403 {
			t.Errorf("%v: status %d", pairs, r.status)
		}
	}
	if got := c.must(t, "SELECT * FROM file('/dev/null', 'LineAsString')", "password", "pass:word"); got != "" {
		t.Errorf("file functions: %q", got)
	}
}
