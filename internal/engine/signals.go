package engine

import (
	"syscall"
	"unsafe"
)

// guarded are the signals that libchdb handles and that the Go runtime needs for itself: URG preempts goroutines, SEGV and
// the others become panics.
var guarded = [...]syscall.Signal{syscall.SIGILL, syscall.SIGABRT, syscall.SIGFPE, syscall.SIGBUS, syscall.SIGSEGV, syscall.SIGURG}

// action is the kernel's struct sigaction, opaque: it is only read and written back.
type action [64]byte

// keepSignals runs f and puts the signal handlers back that were installed before it.
func keepSignals(f func()) {
	var before [len(guarded)]action
	for i, s := range guarded {
		sigaction(s, nil, &before[i])
	}
	f()
	for i, s := range guarded {
		var now action
		sigaction(s, nil, &now)
		if now != before[i] {
			sigaction(s, &before[i], nil)
		}
	}
}

// sigaction reads into and sets from the kernel's record for s; nil leaves that part out. 8 is the size of its signal mask.
func sigaction(s syscall.Signal, set, get *action) {
	syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(get)), 8, 0, 0)
}
