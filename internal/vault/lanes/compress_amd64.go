//go:build !purego

package lanes

import "golang.org/x/sys/cpu"

// Available reports that this machine can work on several messages at once. Without it MAC.Sums must not be called.
func Available() bool { return cpu.X86.HasAVX2 }

// compress8 takes one block of each message into its state. Of w the first 16 words are given, the others are scratch.
//
//go:noescape
func compress8(state *[8][Lanes]uint32, w *[68][Lanes]uint32, k *[64]uint32)
