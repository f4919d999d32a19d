package fault

import (
	"errors"
	"io/fs"
	"syscall"
)

// Disk is what to do about an error of a file or its disk: it is full, read-only, not ours, or broken. Anything else has the
// answer that fits most.
func Disk(err error) Text {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return T("磁盘已满（或超出配额）：请腾出空间后再试。", "The disk is full, or the quota is used up: make room and try again.")
	case errors.Is(err, syscall.EROFS):
		return T("文件系统是只读的：请查看磁盘是否出错（dmesg），重新挂载为可写后再试。", "The file system is read-only: see whether its disk has failed (dmesg), mount it writable, and try again.")
	case errors.Is(err, fs.ErrPermission):
		return T("没有权限：请让运行本程序的用户能读写它。", "Not permitted: let the user that this program runs as read and write it.")
	case errors.Is(err, syscall.EIO):
		return T("磁盘读写出错：请检查磁盘（dmesg），必要时从备份恢复。", "The disk does not read or write: see what is wrong with it (dmesg), and restore from a backup if need be.")
	}
	return T("请检查它的权限、磁盘空间和磁盘本身。", "Check its permissions, the free space, and the disk itself.")
}
