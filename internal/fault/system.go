package fault

import (
	"errors"
	"strings"
	"syscall"
)

// systemZH are the errors of the system that operators meet, in Chinese. The system's own words stay behind them: they are
// what one searches for.
func systemZH(no syscall.Errno) string {
	switch no {
	case syscall.ECONNREFUSED:
		return "连接被拒绝"
	case syscall.ECONNRESET, syscall.EPIPE:
		return "连接被对方断开"
	case syscall.ETIMEDOUT:
		return "连接超时"
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH:
		return "网络不通"
	case syscall.EADDRINUSE:
		return "地址已被占用"
	case syscall.EADDRNOTAVAIL:
		return "本机没有这个地址"
	case syscall.ENOENT:
		return "文件不存在"
	case syscall.EACCES, syscall.EPERM:
		return "没有权限"
	case syscall.ENOSPC:
		return "磁盘已满"
	case syscall.EDQUOT:
		return "超出磁盘配额"
	case syscall.EROFS:
		return "文件系统是只读的"
	case syscall.EIO:
		return "磁盘读写出错"
	case syscall.EMFILE, syscall.ENFILE:
		return "打开的文件过多"
	}
	return ""
}

// causeIn is the text of an error that has no sentence of its own, in language l: where the system's words end it, Chinese
// readers read what they mean.
func causeIn(err error, l Language) string {
	text := err.Error()
	var no syscall.Errno
	if l != Chinese || !errors.As(err, &no) {
		return text
	}
	says := systemZH(no)
	before, ends := strings.CutSuffix(text, no.Error())
	if says == "" || !ends {
		return text
	}
	return before + says + "（" + no.Error() + "）"
}
