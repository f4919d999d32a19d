package vault

import (
	"errors"
	"io/fs"
	"time"

	"creditsync/internal/fault"
)

// AddIndexKey makes a new index key and lets it be the current one, in the file first and then in v. Sealers made before
// keep the old one. Indexes under the old key no longer equal new ones: whoever rotates rewrites the index columns.
// It returns the new key's id. A file that changed its identity meanwhile is left alone ("keys.changed", Input).
func (v *Vault) AddIndexKey() (id string, err error) {
	return v.rotate(func(f *keyFile, now time.Time) (string, error) {
		err := f.Index.add("k", macKeySize, now)
		return f.Index.Current, err
	})
}

// AddCipherKey makes a new cipher key and lets it be the current one, as AddIndexKey does. Ciphers under the old ones
// still open. It returns the new key's id.
func (v *Vault) AddCipherKey() (id string, err error) {
	return v.rotate(func(f *keyFile, now time.Time) (string, error) {
		err := f.Cipher.add("c", sm4KeySize, now)
		return f.Cipher.Current, err
	})
}

// rotate changes the file as it is now, not as it was read, under a lock: keys that another process added stay.
func (v *Vault) rotate(change func(*keyFile, time.Time) (string, error)) (string, error) {
	v.rotating.Lock()
	defer v.rotating.Unlock()
	unlock, err := lockFolder(v.path)
	if err != nil {
		return "", unwritable(v.path, err)
	}
	defer unlock()
	f, err := readFile(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing(v.path)
	}
	if err != nil {
		return "", err
	}
	if s, err := newState(f); err != nil || s.fingerprint != v.Fingerprint() {
		return "", fault.New(fault.Input, "keys.changed", fault.T(
			"密钥文件 %s 已被换成另一个", "the keys file %s was exchanged for another one", v.path)).
			Do(fault.T("请恢复原来的密钥文件", "put the former keys file back"))
	}
	id, err := change(&f, v.now().UTC().Truncate(time.Second))
	if err != nil {
		return "", unwritable(v.path, err)
	}
	s, err := newState(f)
	if err != nil {
		return "", corrupt(v.path, err)
	}
	if err := replaceFile(v.path, f); err != nil {
		return "", unwritable(v.path, err)
	}
	v.state.Store(s)
	return id, nil
}
