package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// definitions are copies of the files in which the engine keeps what tables and views are. Libchdb puts an empty file in the
// place of one that it could not write, and then cannot open its data directory any more.
type definitions struct {
	store  string // the engine's own folder
	copies string
}

// each calls do with the path below root and the size of every definition: of databases in metadata, of tables and views in
// the folder of their database.
func (d definitions) each(root string, do func(name string, info fs.FileInfo) error) error {
	for _, pattern := range []string{"metadata/*.sql", "store/*/*/*.sql"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return err
		}
		for _, path := range found {
			info, err := os.Stat(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed meanwhile
			}
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			if err := do(name, info); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep copies what has changed since the last time and forgets what is gone. A definition that is empty is not copied.
func (d definitions) keep() error {
	known := map[string]bool{}
	err := d.each(d.store, func(name string, info fs.FileInfo) error {
		known[name] = true
		to := filepath.Join(d.copies, name)
		if old, err := os.Stat(to); info.Size() == 0 || err == nil && old.Size() == info.Size() && !old.ModTime().Before(info.ModTime()) {
			return nil
		}
		body, err := os.ReadFile(filepath.Join(d.store, name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(body) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		return replace(to, body)
	})
	if err != nil {
		return err
	}
	return d.each(d.copies, func(name string, _ fs.FileInfo) error {
		if known[name] {
			return nil
		}
		return os.Remove(filepath.Join(d.copies, name))
	})
}

// mend puts the copy in the place of every definition that is empty. One without a copy belongs to a table that nobody was
// told is there; it is removed, and so is the order for a mutation that nobody was told is done. It needs no space. It
// returns what it mended.
func (d definitions) mend() (mended []string, err error) {
	orders, err := filepath.Glob(filepath.Join(d.store, "store/*/*/mutation_*.txt"))
	if err != nil {
		return nil, err
	}
	for _, path := range orders {
		if info, err := os.Stat(path); err == nil && info.Size() == 0 {
			mended = append(mended, path)
			if err := os.Remove(path); err != nil {
				return mended, err
			}
		}
	}
	err = d.each(d.store, func(name string, info fs.FileInfo) error {
		if info.Size() > 0 {
			return nil
		}
		mended = append(mended, name)
		err := os.Rename(filepath.Join(d.copies, name), filepath.Join(d.store, name))
		if errors.Is(err, fs.ErrNotExist) {
			return os.Remove(filepath.Join(d.store, name))
		}
		return err
	})
	return mended, err
}

// replace writes a file whole or not at all.
func replace(path string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it has no use; the error says why
	}
	return err
}
