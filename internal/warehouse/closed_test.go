package warehouse

import (
	"testing"

	"creditsync/internal/fault"
)

// A run whose engine has gone, and with it the pool that it used, may be tried again.
func TestClassed_AClosedPoolIsOneThatCannotBeReached(t *testing.T) {
	t.Parallel()
	w, err := Open(Options{URL: "http://127.0.0.1:1", Timezone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	err = w.Ping(t.Context())
	again, _ := fault.Retryable(err)
	if code := fault.CodeOf(err); code != "warehouse.unreachable" || fault.ClassOf(err) != fault.Environment || !again {
		t.Errorf("%s, class %v, again %v: %v; want warehouse.unreachable, which may be tried again", code, fault.ClassOf(err), again, err)
	}
}
