package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Program finds a server's program by its name or at one of the places where Debian puts it.
func Program(name, install string, places ...string) (string, error) {
	for _, pattern := range places {
		found, err := filepath.Glob(filepath.Join(pattern, name))
		if err == nil && len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("the tests need %s: apt-get install %s", name, install)
	}
	return path, nil
}

// Data makes the folder "data" in dir, with what make makes in an empty folder of that name. What it made is kept in the
// user's cache under key, because making it takes seconds and copying it does not.
func Data(ctx context.Context, dir, key string, make func(data string) error) error {
	data := filepath.Join(dir, "data")
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(key))
	kept := filepath.Join(cache, "testkit-"+hex.EncodeToString(sum[:8]))
	lock := flock.New(kept + ".lock")
	waiting, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	if ok, err := lock.TryLockContext(waiting, 50*time.Millisecond); err != nil || !ok {
		return fmt.Errorf("lock %s: %w", kept, err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(kept); err != nil {
		if err := make(data); err != nil {
			return err
		}
		half := kept + ".half"
		if err := os.RemoveAll(half); err != nil {
			return err
		}
		if err := duplicate(data, half); err != nil {
			return err
		}
		return os.Rename(half, kept)
	}
	if err := duplicate(kept, data); err != nil {
		return err
	}
	return Give(data)
}

func duplicate(from, to string) error {
	if out, err := exec.Command("cp", "-r", "--preserve=mode,links", "--reflink=auto", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy %s: %w: %s", from, err, out)
	}
	return nil
}

// cacheDir is where scripts/test-deps.sh keeps things too.
func cacheDir() (string, error) {
	dir := os.Getenv("CREDITSYNC_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(user, "creditsync")
	}
	return dir, os.MkdirAll(dir, 0o755)
}
