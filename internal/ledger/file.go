package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// createFile makes an empty file with mode 0600 where there is none: SQLite would let others read it. The link is why no
// handle of ours is ever closed on a file that another goroutine has opened through SQLite: closing it would drop the
// locks of the whole process (POSIX). For the same reason nobody may open and close the ledger's file otherwise.
func createFile(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	if err := temporary.Close(); err != nil {
		return err
	}
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
