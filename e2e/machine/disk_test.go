package machine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"creditsync/internal/testkit/site"
)

// disk is a small file system on a folder of a site.
type disk struct {
	t    testing.TB
	dir  string
	size uint64 // bytes, when nothing is wrong with it
}

// mount puts an empty disk on a folder, which it makes.
func mount(t testing.TB, dir string, size uint64) *disk {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("disk", dir, "tmpfs", 0, fmt.Sprintf("mode=0700,size=%d", size)); err != nil {
		t.Fatalf("mount a tmpfs on %s: %v", dir, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return &disk{t, dir, size}
}

// leave lets the disk have so many bytes free, by a file that takes the others.
func (d *disk) leave(free uint64) {
	d.t.Helper()
	f, err := os.OpenFile(filepath.Join(d.dir, ballast), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	d.again(func() error {
		var fs unix.Statfs_t
		info, err := f.Stat()
		if err := errors.Join(err, unix.Statfs(d.dir, &fs)); err != nil {
			return err
		}
		size := info.Size() + int64(fs.Bavail)*fs.Bsize - int64(free)
		if size <= info.Size() {
			return f.Truncate(max(size, 0))
		}
		return unix.Fallocate(int(f.Fd()), 0, 0, size)
	})
}

// makeRoom takes away what filled the disk.
func (d *disk) makeRoom() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.dir, ballast)); err != nil {
		d.t.Fatal(err)
	}
}

// ballast is the file that fills a disk.
const ballast = "ballast"

// readOnly makes the disk one that cannot be written, as the kernel does with one that fails, or writable again. Nothing may
// have a file of it open to write.
func (d *disk) readOnly(yes bool) {
	d.t.Helper()
	flags := uintptr(unix.MS_REMOUNT)
	if yes {
		flags |= unix.MS_RDONLY
	}
	d.again(func() error { return unix.Mount("", d.dir, "", flags, "") })
}

// again repeats a change of the disk that others are just using.
func (d *disk) again(do func() error) {
	d.t.Helper()
	for until := time.Now().Add(site.Limit); ; {
		err := do()
		if err == nil {
			return
		}
		if (!errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EBUSY)) || time.Now().After(until) {
			d.t.Fatalf("remount %s: %v", d.dir, err)
		}
	}
}
