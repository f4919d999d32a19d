package app

import (
	"context"
	"os"

	"creditsync/internal/fault"
	"creditsync/internal/process"
)

// hold returns what takes the lock file of an engine or a broker and names this process in it.
func (a *App) hold(what, path string) func(ctx context.Context, dir string) (announce func(map[string]string) error, unlock func() error, err error) {
	return func(ctx context.Context, dir string) (func(map[string]string) error, func() error, error) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, nil, fault.New(fault.Environment, "data_dir.unwritable", fault.T("建不了目录 %s", "the folder %s cannot be made", dir)).Because(err)
		}
		self, err := process.Self(what, a.Getenv(process.EnvChild) != "", a.Now())
		if err != nil {
			return nil, nil, err
		}
		lock, err := process.TakeLock(ctx, path, self, childWait)
		if err != nil {
			return nil, nil, err
		}
		return lock.Announce, lock.Release, nil
	}
}
