package vault

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"creditsync/internal/fault"
)

// maxFile bounds what is read as a key file: thousands of keys fit.
const maxFile = 1 << 20

// leftoverAge is how old a temporary file is before it is nobody's: making one takes milliseconds.
const leftoverAge = time.Hour

// readFile returns the keys at path. The error is fs.ErrNotExist as it is where there is no file, else a fault.
func readFile(path string) (keyFile, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return keyFile{}, fs.ErrNotExist
	}
	if err != nil {
		return keyFile{}, unreadable(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return keyFile{}, unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return keyFile{}, corrupt(path, errors.New("not a regular file"))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return keyFile{}, fault.New(fault.Input, "keys.permissions", fault.T(
			"密钥文件 %s 的权限是 %04o，其他用户可以访问", "the keys file %s has mode %04o: other users can reach it", path, info.Mode().Perm())).
			Do(fault.T("请执行：chmod 600 %s", "run: chmod 600 %s", path))
	}
	b, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return keyFile{}, unreadable(path, err)
	}
	if len(b) > maxFile {
		return keyFile{}, corrupt(path, errors.New("longer than a keys file can be"))
	}
	f, err := parseKeyFile(b)
	if errors.Is(err, errNewer) {
		return keyFile{}, fault.New(fault.Input, "keys.newer", fault.T(
			"密钥文件 %s 由更新版本的程序写成", "the keys file %s was written by a newer version of this program", path)).
			Do(fault.T("请使用写成它的版本或更新的版本", "use the version that wrote it, or a later one"))
	}
	if err != nil {
		return keyFile{}, corrupt(path, err)
	}
	return f, nil
}

// writeTemporary writes the keys beside path, on the disk, and returns the name. Nothing refers to it yet.
func writeTemporary(path string, f keyFile) (string, error) {
	b, err := f.encode()
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(b)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}

// createFile puts f at path unless there is a file already; then it changes nothing and made is false. Of several
// processes that do so at once exactly one wins, because a link to a taken name fails. What it leaves after a crash at
// any line is either no file at path or the whole of one (I5).
func createFile(path string, f keyFile) (made bool, err error) {
	temporary, err := writeTemporary(path, f)
	if err != nil {
		return false, err
	}
	defer os.Remove(temporary)
	err = os.Link(temporary, path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// replaceFile puts f in the place of the file at path, whole or not at all.
func replaceFile(path string, f keyFile) error {
	temporary, err := writeTemporary(path, f)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		os.Remove(temporary)
		return err
	}
	return syncFolder(path)
}

// syncFolder makes the name of path durable. A folder that cannot be written needs no syncing.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil // x without r on the folder: then it was not us who made the name
		}
		return err
	}
	defer folder.Close()
	err = folder.Sync()
	for _, harmless := range []error{syscall.EROFS, syscall.EINVAL, syscall.ENOTSUP} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}

// lockFolder keeps other processes from replacing the file at path until unlock is called.
func lockFolder(path string) (unlock func(), err error) {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(folder.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		folder.Close()
		return nil, err
	}
	return func() { folder.Close() }, nil // closing releases it
}

// removeLeftovers removes the temporary files of processes that were killed between two lines of createFile.
func removeLeftovers(path string, now time.Time) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return // they do no harm; the next start tries again
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "."+filepath.Base(path)+".") || !strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > leftoverAge {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

func missing(path string) error {
	return fault.New(fault.Input, "keys.missing", fault.T(
		"找不到密钥文件 %s", "there is no keys file %s", path)).
		Do(fault.T("请从备份中恢复到这个位置，或在配置的 keys.file 中写明它的位置", "restore it from its backup to this place, or say in the configuration where it is: keys.file"))
}

func corrupt(path string, err error) error {
	return fault.New(fault.Input, "keys.corrupt", fault.T(
		"密钥文件 %s 已损坏", "the keys file %s is damaged", path)).Because(err).
		Do(fault.T("请从备份中恢复；没有正确的密钥，已入库的证件号码无法打开", "restore it from its backup; without the right keys the stored identifiers cannot be opened"))
}

func unreadable(path string, err error) error {
	class := fault.Environment
	if errors.Is(err, fs.ErrPermission) {
		class = fault.Input
	}
	return fault.New(class, "keys.unreadable", fault.T(
		"读不了密钥文件 %s", "the keys file %s cannot be read", path)).Because(err).
		Do(fault.T("请确认运行本程序的用户可以读它", "make sure that the user this program runs as may read it"))
}

func unwritable(path string, err error) error {
	return fault.New(fault.Environment, "keys.unwritable", fault.T(
		"写不了密钥文件 %s", "the keys file %s cannot be written", path)).Because(err).
		Do(fault.T("请确认目录存在、可写、磁盘未满", "make sure that its folder is there and writable and that the disk is not full"))
}
