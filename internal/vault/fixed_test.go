package vault

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// fixedKeys is a keys file whose results are known; see TestVault_Golden. The keys are counted up, nobody's.
const fixedKeys = `{
  "version": 1,
  "made": "2026-11-23T00:00:00Z",
  "identity": {"id": "i1", "made": "2026-11-23T00:00:00Z", "key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
  "index": {"current": "k1", "keys": [{"id": "k1", "made": "2026-11-23T00:00:00Z", "key": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]},
  "cipher": {"current": "c1", "keys": [{"id": "c1", "made": "2026-11-23T00:00:00Z", "key": "QEFCQ0RFRkdISUpLTE1OTw=="}]}
}
`

func clock() time.Time { return time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC) }

func put(t testing.TB, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	return path
}

func fixed(t testing.TB) *Vault {
	t.Helper()
	v, created, err := Open(put(t, fixedKeys, 0o600), Options{Now: clock})
	if err != nil || created {
		t.Fatalf("open: created %v, %v", created, err)
	}
	return v
}

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if got, want := fault.ClassOf(err), class; got != want {
		t.Errorf("class %v, want %v: %v", got, want, err)
	}
	if got, want := fault.CodeOf(err), code; got != want {
		t.Errorf("code %q, want %q: %v", got, want, err)
	}
}
