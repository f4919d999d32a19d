package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"creditsync/internal/fault"
)

// Held is a lock that this process holds. It is given back by Unlock, and by the kernel when the process ends.
type Held struct {
	lock  *flock.Flock
	path  string
	owner Owner
}

// retry is how often a held lock is tried again.
const retry = 50 * time.Millisecond

// Lock takes the exclusive lock at path and writes owner into it. It waits up to wait for another holder to go; then the error
// has the class fault.Environment, the code "process.locked" and names the holder. The lock is advisory and local to a host's
// kernel. The file stays when the lock is given back: removing it would let two hold it.
func Lock(ctx context.Context, path string, owner Owner, wait time.Duration) (*Held, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, unlockable(path, err)
	}
	h := &Held{lock: flock.New(path, flock.SetPermissions(0o600)), path: path, owner: owner}
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ok, err := h.lock.TryLock()
	if err == nil && !ok {
		ok, err = h.lock.TryLockContext(limited, retry)
	}
	switch {
	case ok:
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return nil, unlockable(path, err)
	default:
		return nil, locked(path)
	}
	if err := h.Update(owner); err != nil {
		_ = h.lock.Unlock()
		return nil, err
	}
	return h, nil
}

// Update writes another owner into the lock file, as when its addresses have become known. Readers see the old or the new one,
// or for a moment none.
func (h *Held) Update(owner Owner) error {
	b, err := json.Marshal(owner)
	if err != nil {
		return fmt.Errorf("write the lock's owner: %w", err)
	}
	f, err := os.OpenFile(h.path, os.O_WRONLY, 0) // in place: a renamed file would be another lock
	if err != nil {
		return unlockable(h.path, err)
	}
	b = append(b, '\n')
	_, err = f.WriteAt(b, 0)
	if err == nil {
		err = f.Truncate(int64(len(b)))
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return unlockable(h.path, err)
	}
	h.owner = owner
	return nil
}

// Owner is what the lock file says.
func (h *Held) Owner() Owner { return h.owner }

// Unlock gives the lock back. Calling it again does nothing.
func (h *Held) Unlock() error {
	if !h.lock.Locked() {
		return nil
	}
	if err := os.Truncate(h.path, 0); err != nil {
		return unlockable(h.path, err)
	}
	if err := h.lock.Unlock(); err != nil {
		return unlockable(h.path, err)
	}
	return nil
}

func unlockable(path string, err error) error {
	return fault.New(fault.Environment, "process.lock_file",
		fault.T("无法使用锁文件 %s", "cannot use the lock file %s", path)).Because(err).
		Do(fault.Disk(err))
}

func locked(path string) error {
	dir := filepath.Dir(path)
	o, ok, err := ReadOwner(path)
	if err != nil || !ok {
		return fault.New(fault.Environment, "process.locked",
			fault.T("%s 正被另一个进程使用", "%s is in use by another process", dir)).Again().
			Do(fault.T("等待该进程结束后重试", "wait until that process has ended"))
	}
	since := o.StartedAt.Format(time.RFC3339)
	return fault.New(fault.Environment, "process.locked",
		fault.T("%[1]s 正被 %[2]s 使用（进程 %[3]d，主机 %[4]s，自 %[5]s 起）", "%[1]s is in use by %[2]s (process %[3]d on %[4]s, since %[5]s)",
			dir, o.What, o.PID, o.Host, since)).Again().
		Do(fault.T("等待该进程结束，或停止它后重试", "wait until that process has ended, or stop it"))
}
