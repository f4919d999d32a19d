package sql

import (
	"context"
	"errors"

	"creditsync/connectors/remote"
	"creditsync/internal/fault"

	lite "modernc.org/sqlite"
)

// Primary result codes of SQLite.
const (
	liteError      = 1
	liteBusy       = 5
	liteLocked     = 6
	liteReadOnly   = 8
	liteInterrupt  = 9
	liteIO         = 10
	liteCorrupt    = 11
	liteCantOpen   = 14
	liteNotDB      = 26
	litePrimaryBit = 0xff
)

// explain makes a fault of an error of SQLite.
func (s *liteSession) explain(err error) error {
	var said *lite.Error
	switch {
	case err == nil || explained(err):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return overtime(s.o, nil)
	case !errors.As(err, &said):
		return failed(s.o, remote.OneLine(err))
	}
	why := remote.OneLine(said)
	switch said.Code() & litePrimaryBit {
	case liteBusy, liteLocked:
		return locked(s.o, why)
	case liteInterrupt:
		if s.ctx.Err() != nil && errors.Is(s.ctx.Err(), context.DeadlineExceeded) {
			return overtime(s.o, why)
		}
	case liteCorrupt:
		return damaged(s.o, why)
	case liteNotDB:
		return notDatabase(s.o)
	case liteCantOpen, liteReadOnly, liteIO:
		return noFile(s.o, why)
	case liteError:
		if s.o.Query != "" {
			return wrongQuery(s.o, why)
		}
	}
	return failed(s.o, why)
}

func noFile(o Options, err error) error {
	return fault.New(fault.Environment, "sql.file", fault.T("打不开数据库文件 %s", "the database file %s cannot be opened", o.File)).Because(err).
		Do(fault.T("请检查 file 的路径和权限；WAL 方式的数据库，运行 creditsync 的用户还须能写所在的文件夹", "check the path and the rights on it; of a database in WAL mode the user that creditsync runs as must be able to write the folder, too"))
}

func notDatabase(o Options) error {
	return fault.New(fault.Input, "sql.not_database", fault.T("%s 不是 SQLite 数据库，或已加密", "%s is not an SQLite database, or is encrypted", o.File)).
		Do(fault.T("请检查 file；加密的数据库请先导出", "check file; export an encrypted database first"))
}

func damaged(o Options, err error) error {
	return fault.New(fault.Input, "sql.damaged", fault.T("数据库文件 %s 已损坏或不完整", "the database file %s is damaged or incomplete", o.File)).Because(err).
		Do(fault.T("请重新传送该文件（先用 .backup 或 VACUUM INTO 复制，不要直接复制正在使用的文件），并用 PRAGMA integrity_check 检查",
			"transfer the file again (copy it with .backup or VACUUM INTO, not while it is in use) and check it with PRAGMA integrity_check"))
}
