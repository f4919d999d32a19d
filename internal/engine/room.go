package engine

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// room is the space on the disk of the data directory. A part of it is kept: ClickHouse begins no insert and no merge that
// would reach into it, and no statement that writes is begun while others have used it up.
type room struct {
	dir  string
	keep uint64 // bytes
}

// mostKept is how much is kept of a large disk; of a small one it is a twentieth.
const mostKept = 1 << 30

func newRoom(dir string) (room, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return room{}, fmt.Errorf("look for space on the disk of %s: %w", dir, err)
	}
	return room{dir, min(fs.Blocks*uint64(fs.Bsize)/20, mostKept)}, nil
}

// free is what anybody but the superuser can still use.
func (r room) free() (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(r.dir, &fs); err != nil {
		return 0, fmt.Errorf("look for space on the disk of %s: %w", r.dir, err)
	}
	return fs.Bavail * uint64(fs.Bsize), nil
}

// start refuses to open the directory when there is not even room for what that takes.
func (r room) start() error {
	free, err := r.free()
	if err == nil && free < min(r.keep/8, 8<<20) {
		err = fmt.Errorf("%d KiB are free: %w", free>>10, unix.ENOSPC)
	}
	return err
}

// set makes a file that can be given up when the disk is full, unless it is there.
func (r room) set(reserve string) error {
	f, err := os.OpenFile(reserve, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	err = unix.Fallocate(int(f.Fd()), 0, 0, int64(min(r.keep/16, 4<<20)))
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSPC) {
		err = nil // without, then
	}
	return errors.Join(err, f.Close())
}

// admit refuses a statement that writes while the disk has too little left. What makes room may use most of what is kept.
func (r room) admit(st statement, text string) error {
	if st.reads() {
		return nil
	}
	need := r.keep
	if st.makesRoom(text) {
		need /= 8
	}
	free, err := r.free()
	if err != nil {
		return err
	}
	if free >= need {
		return nil
	}
	return refuse(notEnoughSpace, fmt.Sprintf("Only %d MiB are free on the disk of %s, and %d MiB of it are kept free.", free>>20, r.dir, r.keep>>20))
}

// reads reports whether the statement leaves nothing on the disk.
func (st statement) reads() bool {
	switch st.first {
	case "SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "CHECK", "SET", "USE", "KILL", "SYSTEM", "":
		return !st.insert
	}
	return false
}

// makesRoom reports whether the statement gives space back.
func (st statement) makesRoom(text string) bool {
	switch st.first {
	case "DROP", "TRUNCATE":
		return true
	case "ALTER":
		return strings.Contains(strings.ToUpper(text), "DROP PART")
	}
	return false
}

// defines reports whether the statement may change what the engine keeps in files of its own beside the data: the
// definitions of tables and views.
func (st statement) defines(text string) bool {
	return !st.reads() && st.first != "INSERT" && st.first != "DELETE" && st.first != "OPTIMIZE" && !st.makesRoom(text) || st.first == "DROP"
}
