// Package machine troubles the machine under the built program: its disk is full, its folder read-only, its memory short, its
// clock wrong, its files torn or overwritten. Each trouble must be said in words with the folder, file or limit that it is
// about, end the run with the documented exit status, and acknowledge nothing that is not so; once it is over, the next run
// goes on, and at the end the books equal those of an undisturbed site.
//
// It holds tests only. They run in a mount namespace of their own, as any user, so that a small tmpfs can stand for a disk:
// main_test.go starts them there, disk_test.go is such a disk. What an operator does about a full disk is in
// docs/howto/disk.md.
package machine
