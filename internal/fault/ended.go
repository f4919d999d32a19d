package fault

import "context"

// Ended is why kept, which is derived from ctx, has ended, where something failed under it and nobody has ended ctx itself:
// what failed may say no more than that it was stopped. Else it is err. It is asked before kept is released.
func Ended(err error, kept, ctx context.Context) error {
	if cause := context.Cause(kept); err != nil && cause != nil && ctx.Err() == nil {
		return cause
	}
	return err
}
