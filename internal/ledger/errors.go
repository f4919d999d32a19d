package ledger

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"

	"creditsync/internal/fault"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrFenced is in the chain where a lease is not, or no longer, the caller's: another process took it over, or it was
	// given back. What the caller wanted to write is not written, and it must stop working. Code "lease.lost", class Run.
	ErrFenced = errors.New("the lease was lost")
	// ErrNotOpen is in the chain where a run or commit is not in the state that the step needs. Nothing was changed. Code
	// "commit.not_open" or "run.not_open", class Run.
	ErrNotOpen = errors.New("not open")
)

// failed makes a fault of what the database said, and lets pass what is a fault already or the end of ctx.
func (l *Ledger) failed(ctx context.Context, err error) error {
	var f *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return broken(l.path, err)
}

// broken is the fault for an error of the file or its disk.
func broken(path string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	code := 0
	var s *sqlite.Error
	if errors.As(err, &s) {
		code = s.Code() & 0xff // without the extension that says where in SQLite
	}
	switch {
	case code == sqlite3.SQLITE_CORRUPT, code == sqlite3.SQLITE_NOTADB:
		return damaged(path, err)
	case code == sqlite3.SQLITE_FULL, errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), code == sqlite3.SQLITE_IOERR && full(path):
		return fault.New(fault.Environment, "ledger.full", fault.T(
			"磁盘已满，无法写入账本 %s", "the disk is full: the ledger %s cannot be written", path)).Because(err).
			Do(fault.T("请腾出磁盘空间后重试；未提交的内容没有生效", "free some space and try again; nothing that was not committed has taken effect"))
	case code == sqlite3.SQLITE_BUSY, code == sqlite3.SQLITE_LOCKED:
		return fault.New(fault.Environment, "ledger.locked", fault.T(
			"账本 %s 一直被其他进程锁定", "other processes keep the ledger %s locked", path)).Because(err).Again().
			Do(fault.T("请确认没有备份或数据库工具打开它", "make sure that no backup or database tool has it open"))
	case errors.Is(err, syscall.EROFS), (code == sqlite3.SQLITE_READONLY || code == sqlite3.SQLITE_CANTOPEN) && readOnly(path):
		return fault.New(fault.Environment, "ledger.readonly", fault.T(
			"账本 %s 所在的文件系统是只读的", "the ledger %s is on a read-only file system", path)).Because(err).Do(fault.Disk(syscall.EROFS))
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_PERM, errors.Is(err, fs.ErrPermission):
		return fault.New(fault.Environment, "ledger.readonly", fault.T(
			"没有写账本 %s 的权限", "the ledger %s may not be written", path)).Because(err).
			Do(fault.T("请确认运行本程序的用户可以写该文件及其所在目录", "make sure that the user this program runs as may write the file and its folder"))
	}
	return fault.New(fault.Environment, "ledger.io", fault.T(
		"无法读写账本 %s", "the ledger %s cannot be read or written", path)).Because(err).
		Do(fault.T("请检查目录是否存在、磁盘是否正常", "check that its folder exists and that the disk is sound"))
}

// little is how much is free at most where SQLite's "disk I/O error" means that nothing is: it does not say why.
const little = 1 << 20

func full(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(filepath.Dir(path), &s) == nil && s.Bavail*uint64(s.Bsize) < little
}

func readOnly(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(filepath.Dir(path), &s) == nil && s.Flags&unix.ST_RDONLY != 0
}

func damaged(path string, err error) error {
	return fault.New(fault.Environment, "ledger.corrupt", fault.T(
		"账本 %s 已损坏", "the ledger %s is damaged", path)).Because(err).
		Do(fault.T("先把它和同名的 -wal、-shm 文件移到别处（不要删除），放回最近的副本，再执行 creditsync repair 找回副本之后的提交；没有副本，creditsync check 会说明怎样从 ClickHouse 重建",
			"move it and the -wal and -shm files beside it away (keep them), put the last copy in place, then creditsync repair brings back what was committed since; without a copy, creditsync check says how to make it again from ClickHouse"))
}

func notOpen(code string, what fault.Text) error {
	return fault.New(fault.Run, code, what).Because(ErrNotOpen)
}
