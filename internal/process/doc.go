// Package process runs creditsync's own child processes (the engine, the broker) and says who owns a data directory.
//
// A child ends when its parent ends, also by SIGKILL, for two reasons that do not depend on each other: the kernel's
// parent-death signal, and a pipe whose other end the parent holds open and at whose end the child exits at once.
//
// It knows nothing of what its children do, and restarts nobody: who started a child decides. Linux only.
//
// Where to look next: Start and Child are the parent's side, Guard the child's, Lock the lock file on a data directory.
package process
