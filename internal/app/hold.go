package app

import (
	"context"
	"os"

	"creditsync/internal/process"
)

// ofARun ends the name of an engine or broker that lives as long as the run that started it.
const ofARun = " of a run"

// envChildOf names, in an engine or broker that another process started, who did so for longer than a run.
const envChildOf = "CREDITSYNC_CHILD_OF"

// envParent is set in a process that another one of this program started.
const envParent = "CREDITSYNC_PARENT_FD"

// hold returns what takes the lock file of an engine or a broker and names this process in it.
func (a *App) hold(what, path string) func(ctx context.Context, dir string) (announce func(map[string]string) error, unlock func() error, err error) {
	return func(ctx context.Context, _ string) (func(map[string]string) error, func() error, error) {
		if of := a.Getenv(envChildOf); of != "" {
			what += " of " + of
		} else if a.Getenv(envParent) != "" {
			what += ofARun
		}
		self, err := process.Self(what, a.Now())
		if err != nil {
			return nil, nil, err
		}
		held, err := process.Lock(ctx, path, self, childWait)
		if err != nil {
			return nil, nil, err
		}
		announce := func(addresses map[string]string) error {
			self.Addresses = addresses
			return held.Update(self)
		}
		return announce, held.Unlock, nil
	}
}

// tie binds this process to the one that started it, if there is one: it ends with it, and tells it when it is ready.
func (a *App) tie(ready func(map[string]string)) (func(map[string]string), error) {
	if _, err := process.Guard(a.Getenv, os.Exit); err != nil {
		return nil, err
	}
	return func(addresses map[string]string) {
		if err := process.Ready(a.Getenv, addresses); err != nil {
			a.Log.Warn("tell the parent that this process is ready", "error", err)
		}
		ready(addresses)
	}, nil
}
