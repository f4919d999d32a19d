//go:build !linux

package ledger

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// ThisProcess is this process as a Holder. what is the command that people know it by. Its start is not known here.
func ThisProcess(what string) (Holder, error) {
	host, err := os.Hostname()
	return Holder{Host: host, PID: os.Getpid(), Started: time.UnixMilli(0).UTC(), What: what}, err
}

// Alive tells whether a process of this host with that id runs. A reused id is taken for it: expiry will tell.
func Alive(h Holder) bool {
	return !errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH)
}
