package fault

import (
	"context"
	"errors"
	"testing"
)

// What fails under a lease that is lost fails for that, whatever it says; what fails for itself, or because its caller was
// told to stop, is left as it is.
func TestEnded(t *testing.T) {
	t.Parallel()
	lost, broken := errors.New("lost"), errors.New("connection broken")
	for _, c := range []struct {
		name         string
		err, want    error
		leased, told bool
	}{
		{"nothing failed", nil, nil, false, false},
		{"it failed for itself", broken, broken, true, false},
		{"the lease was lost", broken, lost, false, false},
		{"the caller was told to stop", broken, broken, false, true},
	} {
		ctx, stop := context.WithCancel(t.Context())
		kept, lose := context.WithCancelCause(ctx)
		if c.told {
			stop()
		}
		if !c.leased {
			lose(lost)
		}
		if got := Ended(c.err, kept, ctx); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		lose(nil)
		stop()
	}
}
