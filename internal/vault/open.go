package vault

import (
	"errors"
	"io/fs"
	"time"
)

// Options say how Open may act.
type Options struct {
	// MayCreate lets Open make the file where there is none. Say so only where no store holds anything yet: new keys
	// beside old data make every record a new one and leave every cipher closed.
	MayCreate bool
	// Now is the clock, for the date of a new key.
	Now func() time.Time
}

// Open reads the keys at path. Where there is no file and o.MayCreate is set it makes one, on the disk with its name
// before Open returns (I5); of several processes that do so at once one makes it and all return the same keys. created is
// true for the one that made it: tell people to back the file up.
//
// Errors are faults. Input: the file is missing ("keys.missing"), damaged ("keys.corrupt"), too new ("keys.newer"), or
// open to other users ("keys.permissions"); it never makes a new key in place of any of these. Environment: the disk
// ("keys.unreadable", "keys.unwritable").
func Open(path string, o Options) (v *Vault, created bool, err error) {
	now := o.Now()
	f, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) && o.MayCreate {
		if created, err = create(path, now); err != nil {
			return nil, false, unwritable(path, err)
		}
		f, err = readFile(path) // read back, ours or the winner's
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, missing(path)
	}
	if err != nil {
		return nil, false, err
	}
	// Also where another process made it: that one may have died between its link and its fsync, and nothing may be
	// written under a key whose name a power cut can still take away.
	if err := syncFolder(path); err != nil {
		return nil, false, unwritable(path, err)
	}
	removeLeftovers(path, now)
	s, err := newState(f)
	if err != nil {
		return nil, false, corrupt(path, err)
	}
	v = &Vault{path: path, now: o.Now}
	v.state.Store(s)
	return v, created, nil
}

func create(path string, now time.Time) (bool, error) {
	f, err := newKeyFile(now)
	if err != nil {
		return false, err
	}
	return createFile(path, f)
}
