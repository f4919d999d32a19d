package process

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
)

func self(t *testing.T, what string) Owner {
	t.Helper()
	o, err := Self(what, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLockNamesItsOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "engine", "lock")
	h, err := Lock(context.Background(), path, self(t, "engine"), 0)
	if err != nil {
		t.Fatal(err)
	}
	o := h.Owner()
	o.Addresses = map[string]string{"http": "127.0.0.1:8123"}
	if err := h.Update(o); err != nil {
		t.Fatal(err)
	}
	got, ok, err := ReadOwner(path)
	if err != nil || !ok || got.PID != os.Getpid() || got.What != "engine" || got.Addresses["http"] != "127.0.0.1:8123" || !got.Alive() {
		t.Fatalf("got %+v, %v, %v", got, ok, err)
	}
	_, err = Lock(context.Background(), path, self(t, "engine"), 120*time.Millisecond)
	if fault.ClassOf(err) != fault.Environment || fault.CodeOf(err) != "process.locked" {
		t.Fatalf("second lock: %v", err)
	}
	if s := err.Error(); !strings.Contains(s, "in use by engine (process ") || !strings.Contains(s, "2026-01-02T03:04:05Z") {
		t.Errorf("second lock: %q", s)
	}
	if err := h.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := h.Unlock(); err != nil {
		t.Errorf("second unlock: %v", err)
	}
	if _, ok, err := ReadOwner(path); ok || err != nil {
		t.Errorf("an unlocked file has an owner: %v, %v", ok, err)
	}
}

func TestLockWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	h, err := Lock(context.Background(), path, self(t, "broker"), 0)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(150*time.Millisecond, func() { _ = h.Unlock() })
	second, err := Lock(context.Background(), path, self(t, "engine"), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Unlock(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	third, err := Lock(ctx, path, self(t, "engine"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer third.Unlock()
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := Lock(ctx, path, self(t, "engine"), time.Minute); err != context.Canceled {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestOwnerAlive(t *testing.T) {
	t.Parallel()
	me := self(t, "engine")
	recycled, rebooted, elsewhere, nobody, set := me, me, me, me, me
	recycled.Birth += "0"
	rebooted.Birth = "another boot/1"
	elsewhere.Host, elsewhere.PID = "another-host", 1<<22
	nobody.PID = 0
	set.Started = me.Started.Add(-time.Hour)
	if age := time.Since(me.Started); me.Host == "" || me.PID != os.Getpid() || age < -5*time.Second || age > time.Hour {
		t.Errorf("this process is %+v, started %v ago", me, age)
	}
	for _, test := range []struct {
		name  string
		owner Owner
		want  bool
	}{{"me", me, true}, {"recycled pid", recycled, false}, {"before a reboot", rebooted, false}, {"elsewhere", elsewhere, true}, {"nobody", nobody, false}, {"the clock was set", set, true}} {
		if got := test.owner.Alive(); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func FuzzReadOwner(f *testing.F) {
	for _, s := range []string{"", "{", `{"pid":1}`, `{"pid":-1,"host":"h"}`, "null", `{"pid":1}` + "\n\x00"} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "lock")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if o, ok, err := ReadOwner(path); err != nil || ok && o.PID == 0 {
			t.Errorf("%q: %+v, %v, %v", b, o, ok, err)
		}
	})
}
