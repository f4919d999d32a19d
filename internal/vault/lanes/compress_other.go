//go:build purego || !amd64

package lanes

// Available reports that this machine can work on several messages at once. Without it MAC.Sums must not be called.
func Available() bool { return false }

func compress8(*[8][Lanes]uint32, *[68][Lanes]uint32, *[64]uint32) {
	panic("lanes: not on this machine")
}
