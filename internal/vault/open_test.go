package vault

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// TestMain lets the test binary be the other processes of TestOpen_ManyProcessesMakeOneKey.
func TestMain(m *testing.M) {
	if path := os.Getenv("VAULT_TEST_OPEN"); path != "" {
		v, created, err := Open(path, Options{MayCreate: true, Now: clock})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(v.Fingerprint(), created)
		return
	}
	os.Exit(m.Run())
}

func TestOpen_CreatesOnceAndReadsBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	a, created, err := Open(path, Options{MayCreate: true, Now: clock})
	if err != nil || !created {
		t.Fatalf("first: created %v, %v", created, err)
	}
	b, created, err := Open(path, Options{MayCreate: true, Now: clock})
	if err != nil || created {
		t.Fatalf("second: created %v, %v", created, err)
	}
	if got, want := b.Fingerprint(), a.Fingerprint(); got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), os.FileMode(0o600); got != want {
		t.Errorf("mode %o, want %o", got, want)
	}
	if got := names(t, path); len(got) != 1 {
		t.Errorf("left in the folder: %v", got)
	}
}

func TestOpen_Refuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, content string
		mode          os.FileMode
		code          string
	}{
		{"readable by the group", fixedKeys, 0o640, "keys.permissions"},
		{"readable by all", fixedKeys, 0o604, "keys.permissions"},
		{"empty", "", 0o600, "keys.corrupt"},
		{"zeroes", strings.Repeat("\x00", 512), 0o600, "keys.corrupt"},
		{"cut off", fixedKeys[:len(fixedKeys)/2], 0o600, "keys.corrupt"},
		{"doubled", fixedKeys + fixedKeys, 0o600, "keys.corrupt"},
		{"newer", strings.Replace(fixedKeys, `"version": 1`, `"version": 2, "more": 3`, 1), 0o600, "keys.newer"},
		{"version 0", strings.Replace(fixedKeys, `"version": 1`, `"version": 0`, 1), 0o600, "keys.corrupt"},
		{"unknown part", strings.Replace(fixedKeys, `"made"`, `"maid"`, 1), 0o600, "keys.corrupt"},
		{"current is not there", strings.Replace(fixedKeys, `"current": "c1"`, `"current": "c2"`, 1), 0o600, "keys.corrupt"},
		{"id of another form", strings.ReplaceAll(fixedKeys, `"c1"`, `"c01"`), 0o600, "keys.corrupt"},
		{"number too large", strings.ReplaceAll(fixedKeys, `"c1"`, `"c65536"`), 0o600, "keys.corrupt"},
		{"short key", strings.Replace(fixedKeys, "QEFCQ0RFRkdISUpLTE1OTw==", "QEFCQ0RF", 1), 0o600, "keys.corrupt"},
		{"key of zeroes", strings.Replace(fixedKeys, "QEFCQ0RFRkdISUpLTE1OTw==", "AAAAAAAAAAAAAAAAAAAAAA==", 1), 0o600, "keys.corrupt"},
		{"no identity", strings.Replace(fixedKeys, `"id": "i1"`, `"id": ""`, 1), 0o600, "keys.corrupt"},
		{"too long", fixedKeys + strings.Repeat(" ", maxFile), 0o600, "keys.corrupt"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := put(t, c.content, c.mode)
			_, _, err := Open(path, Options{MayCreate: true, Now: clock})
			wantFault(t, err, fault.Input, c.code)
			if got, _ := os.ReadFile(path); string(got) != c.content {
				t.Error("the file was changed")
			}
			for _, secret := range []string{"QEFC", "AAEC", "ICEi"} {
				if err != nil && strings.Contains(fault.Say(err, fault.Chinese), secret) {
					t.Errorf("the message shows a key: %v", err)
				}
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "keys.json")
		_, _, err := Open(path, Options{Now: clock})
		wantFault(t, err, fault.Input, "keys.missing")
		if got := names(t, path); len(got) != 0 {
			t.Errorf("made %v", got)
		}
	})
	t.Run("folder missing", func(t *testing.T) {
		_, _, err := Open(filepath.Join(t.TempDir(), "none", "keys.json"), Options{MayCreate: true, Now: clock})
		wantFault(t, err, fault.Environment, "keys.unwritable")
	})
	t.Run("folder in its place", func(t *testing.T) {
		_, _, err := Open(t.TempDir(), Options{MayCreate: true, Now: clock})
		wantFault(t, err, fault.Input, "keys.corrupt")
	})
}

// I5: a process that dies between its link and its fsync leaves whole keys under their name, and a temporary file.
func TestOpen_I5_CrashBetweenLinkAndSync(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	f, err := newKeyFile(clock())
	if err != nil {
		t.Fatal(err)
	}
	temporary, err := writeTemporary(path, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(temporary, path); err != nil {
		t.Fatal(err)
	}
	v, created, err := Open(path, Options{MayCreate: true, Now: clock})
	if err != nil || created {
		t.Fatalf("created %v, %v", created, err)
	}
	want, err := newState(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Fingerprint(); got != want.fingerprint {
		t.Errorf("fingerprint %s, want %s", got, want.fingerprint)
	}
	later := func() time.Time { return time.Now().Add(2 * leftoverAge) }
	if _, _, err := Open(path, Options{Now: later}); err != nil {
		t.Fatal(err)
	}
	if got := names(t, path); len(got) != 1 || got[0] != "keys.json" {
		t.Errorf("left in the folder: %v", got)
	}
}

// I5: a process that dies before its link leaves a temporary file that is nobody's.
func TestOpen_I5_CrashBeforeLink(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), ".keys.json.1.tmp"), []byte(`{"version"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(path, Options{Now: clock}); fault.CodeOf(err) != "keys.missing" {
		t.Fatalf("took the temporary file: %v", err)
	}
	if _, created, err := Open(path, Options{MayCreate: true, Now: clock}); err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
}

func TestOpen_ManyGoroutinesMakeOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	var mu sync.Mutex
	seen, made := map[string]bool{}, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, created, err := Open(path, Options{MayCreate: true, Now: clock})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			seen[v.Fingerprint()] = true
			if created {
				made++
			}
		})
	}
	wg.Wait()
	if len(seen) != 1 || made != 1 {
		t.Errorf("%d keys, made by %d, want 1 and 1", len(seen), made)
	}
	if got := names(t, path); len(got) != 1 {
		t.Errorf("left in the folder: %v", got)
	}
}

func TestOpen_ManyProcessesMakeOneKey(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	outs := make([]bytes.Buffer, 8)
	cmds := make([]*exec.Cmd, len(outs))
	for i := range cmds {
		cmds[i] = exec.Command(self)
		cmds[i].Env = append(os.Environ(), "VAULT_TEST_OPEN="+path)
		cmds[i].Stdout, cmds[i].Stderr = &outs[i], &outs[i]
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	seen, made := map[string]bool{}, 0
	for i, c := range cmds {
		if err := c.Wait(); err != nil {
			t.Fatalf("%v: %s", err, outs[i].String())
		}
		words := strings.Fields(outs[i].String())
		seen[words[0]] = true
		if words[1] == "true" {
			made++
		}
	}
	if len(seen) != 1 || made != 1 {
		t.Errorf("%d keys, made by %d, want 1 and 1", len(seen), made)
	}
}

func FuzzParseKeyFile_AcceptsOnlyWhatWorks(f *testing.F) {
	f.Add([]byte(fixedKeys))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"version":1,"identity":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := parseKeyFile(b)
		if err != nil {
			return
		}
		if _, err := newState(k); err != nil {
			t.Errorf("parsed but of no use: %v", err)
		}
	})
}

func names(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
