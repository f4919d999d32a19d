package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// tree makes files in a new folder.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, n := range names {
		p := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, p, []byte("名称\n"+filepath.Base(n)+"\n"))
	}
	return dir
}

func TestFind(t *testing.T) {
	t.Parallel()
	dir := tree(t, "in/b.csv", "in/a.csv", "in/10.csv", "in/9.csv", "in/.hidden.csv", "in/~$a.csv", "in/x.txt", "in/sub.csv/c.csv",
		"in/[2024].csv", "in2/a.csv", "d/e/f.tsv", "in/bad\xff.csv", "q.csv")
	if err := os.Symlink(filepath.Join(dir, "q.csv"), filepath.Join(dir, "in", "link.csv")); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]string{
		"in/*.csv":              "in/10.csv in/9.csv in/[2024].csv in/a.csv in/b.csv in/bad%FF.csv in/link.csv",
		"in/a.csv":              "in/a.csv",
		"./in//a.csv":           "in/a.csv",
		"in/[2024].csv":         "in/[2024].csv",
		"in/[ab].csv":           "in/a.csv in/b.csv",
		"in*/a.csv":             "in/a.csv in2/a.csv",
		"*/*/*.tsv":             "d/e/f.tsv",
		"in/.*.csv":             "in/.hidden.csv",
		"in/none*.csv":          "",
		"in/none.csv":           "",
		"in2/../in/a.csv":       "in/a.csv",
		dir + "/in2/*.csv":      "in2/a.csv",
		dir + "/q.csv":          "q.csv",
		"nothing*/a.csv":        "",
		"in/sub.csv/../9.csv":   "in/9.csv",
		"in/su*.csv/*.csv":      "in/sub.csv/c.csv",
		"../*/in2/none-such/..": "",
	} {
		if strings.HasSuffix(pattern, "..") {
			continue
		}
		files, err := find(dir, pattern)
		var names []string
		for _, f := range files {
			names = append(names, f.name)
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", pattern, got, err, want)
		}
	}
	outside := tree(t, "x.csv")
	files, err := find(filepath.Join(dir, "in"), outside+"/*.csv")
	if err != nil || len(files) != 1 || files[0].name != outside+"/x.csv" {
		t.Errorf("an absolute path elsewhere: got %v, %v", files, err)
	}
	files, err = find(filepath.Join(dir, "in"), "../in2/*.csv")
	if err != nil || len(files) != 1 || files[0].name != "../in2/a.csv" {
		t.Errorf("a path above the configuration: got %v, %v", files, err)
	}
	for pattern, code := range map[string]string{"none/*.csv": "file.no_folder", "none/a.csv": "file.no_folder", "in": "file.is_folder", "q.csv/*.csv": "file.no_folder"} {
		if _, err := find(dir, pattern); fault.CodeOf(err) != code || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: got %v, want %s and no more of the path than configured", pattern, err, code)
		}
	}
}

func TestTake_Newest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name, text string, minutes int) {
		t.Helper()
		p := filepath.Join(dir, name)
		write(t, p, []byte(text))
		when := time.Date(2026, 1, 1, 0, minutes, 0, 0, time.UTC)
		if err := os.Chtimes(p, when, when); err != nil {
			t.Fatal(err)
		}
	}
	at("old.csv", "this one is broken", 1)
	at("old-receipt.csv", "名称,回执号\n旧,1\n", 2)
	at("base1.csv", "名称\n甲\n", 5)
	at("base2.csv", "名称\n乙\n", 5)
	at("a-receipt.csv", "名称, 回执号 \n丙,2\n", 7)
	at("b-receipt.csv", "名称\t回执号\n丁\t3\n", 6)
	o := options("*.csv")
	o.Take = "newest"
	got := readAll(t, dir, o, wantColumns("名称", "回执号"))
	if got.err != nil {
		t.Fatal(got.err)
	}
	want := []connectors.Input{{Name: "base2.csv", Size: 11}, {Name: "a-receipt.csv", Size: 25, Receipt: true}, {Name: "b-receipt.csv", Size: 23, Receipt: true}}
	if len(got.inputs) != len(want) {
		t.Fatalf("inputs: got %v, want %v", got.inputs, want)
	}
	for i := range want {
		if got.inputs[i].Name != want[i].Name || got.inputs[i].Receipt != want[i].Receipt {
			t.Errorf("input %d: got %v, want %v", i, got.inputs[i], want[i])
		}
	}
	if show(got.rows) != "乙\n丙|2\n丁|3\n" {
		t.Errorf("rows: got %q", got.rows)
	}
	o.Take = "all"
	if got := readAll(t, dir, o, wantColumns("名称")); fault.CodeOf(got.err) != "file.no_header" || !strings.Contains(got.err.Error(), "old.csv") {
		t.Errorf("take all with a broken file: got %v", got.err)
	}
}

func TestOpen_Troubles(t *testing.T) {
	t.Parallel()
	dir := tree(t, "a.csv")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, dir, options("pipe.csv"), wantColumns("名称")); fault.CodeOf(got.err) != "file.not_regular" {
		t.Errorf("a pipe: got %v", got.err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling.csv")); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, dir, options("d*.csv"), wantColumns("名称"))
	if again, _ := fault.Retryable(got.err); fault.CodeOf(got.err) != "file.vanished" || !again {
		t.Errorf("a file that is not there when it is opened: got %v", got.err)
	}
	err := opening("in/a.csv", &fs.PathError{Op: "open", Path: "/machine/in/a.csv", Err: syscall.EACCES})
	if fault.CodeOf(err) != "file.permission" || fault.ClassOf(err) != fault.Environment || strings.Contains(fault.Say(err, fault.Chinese), "/machine") {
		t.Errorf("no permission: got %s", fault.Say(err, fault.Chinese))
	}
	if err := opening("a.csv", errors.New("stale handle")); fault.CodeOf(err) != "file.read" || fault.ClassOf(err) != fault.Environment {
		t.Errorf("a share that is gone: got %v", err)
	}
}
