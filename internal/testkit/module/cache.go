package module

import (
	"os"
	"path/filepath"
)

// Cache is the folder into which scripts/test-deps.sh installs.
func Cache() (string, error) {
	if dir := os.Getenv("CREDITSYNC_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir() // $XDG_CACHE_HOME, else ~/.cache
	return filepath.Join(dir, "creditsync"), err
}

// Python is the interpreter with the packages of e2e/requirements.txt.
func Python() (string, error) {
	dir, err := Cache()
	return filepath.Join(dir, "python-2", "bin", "python"), err
}
