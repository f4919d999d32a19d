package ledger

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"creditsync/internal/fault"

	"github.com/google/uuid"
)

// applicationID marks a SQLite file as a ledger: "crdl" as a number.
const applicationID = 0x6372646c

// migrations are the steps from an empty file to the present one, in the order of their names. A step that was ever
// released is never changed; what is missing comes in a new one.
//
//go:embed migrations/*.sql
var migrations embed.FS

// prepare checks the file and brings it up to date.
func (l *Ledger) prepare(ctx context.Context) error {
	if l.o.ReadOnly {
		return l.recognise(ctx)
	}
	// Not in a transaction, and a no-op but for the first time. SQLite may answer "busy" to it at once, hence the retries.
	err := l.again(ctx, func() error {
		_, err := l.writer.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		return err
	})
	if err != nil {
		return err
	}
	var verdict string
	if err := l.writer.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return broken(l.path, err)
	}
	if verdict != "ok" {
		return damaged(l.path, errors.New(verdict))
	}
	return l.write(ctx, l.migrate)
}

// recognise is what is left of prepare where nothing may be written.
func (l *Ledger) recognise(ctx context.Context) error {
	var app, version int64
	if err := l.reader.QueryRowContext(ctx, "SELECT application_id FROM pragma_application_id").Scan(&app); err != nil {
		return l.failed(ctx, err)
	}
	if app != applicationID {
		return foreign(l.path)
	}
	if err := l.reader.QueryRowContext(ctx, "SELECT max(version) FROM schema_version").Scan(&version); err != nil {
		return l.failed(ctx, err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	switch {
	case int(version) > len(files):
		return newer(l.path, int(version), len(files))
	case int(version) < len(files):
		return fault.New(fault.Run, "ledger.older", fault.T(
			"账本 %s 由较早版本的程序写成，下次运行时升级", "the ledger %s was written by an earlier program; the next run brings it up to date", l.path))
	}
	return l.failed(ctx, l.reader.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'deployment'").Scan(&l.deployment))
}

// migrate runs in one transaction: a step is done whole or not at all, and of two processes one waits for the other.
func (l *Ledger) migrate(t *tx) error {
	var app, tables, version int64
	err := t.row("SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)").Scan(&app, &tables)
	if err != nil {
		return err
	}
	if app != applicationID && (app != 0 || tables > 0) {
		return foreign(l.path)
	}
	if app == 0 {
		if _, err := t.exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
			return err
		}
		if _, err := t.exec("CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT"); err != nil {
			return err
		}
	}
	if err := t.row("SELECT coalesce(max(version), 0) FROM schema_version").Scan(&version); err != nil {
		return err
	}
	if err := l.steps(t, int(version)); err != nil {
		return err
	}
	if _, err := t.exec("INSERT INTO meta VALUES ('deployment', ?) ON CONFLICT DO NOTHING", uuid.NewString()); err != nil {
		return err
	}
	return t.row("SELECT value FROM meta WHERE key = 'deployment'").Scan(&l.deployment)
}

func (l *Ledger) steps(t *tx, version int) error {
	files, err := fs.Glob(migrations, "migrations/*.sql") // in the order of their names
	if err != nil {
		return err
	}
	if version > len(files) {
		return newer(l.path, version, len(files))
	}
	for i := version; i < len(files); i++ {
		step, err := migrations.ReadFile(files[i])
		if err != nil {
			return err
		}
		if _, err := t.exec(string(step)); err != nil {
			return fmt.Errorf("%s: %w", files[i], err)
		}
		if _, err := t.exec("INSERT INTO schema_version VALUES (?, ?)", i+1, ms(t.now)); err != nil {
			return err
		}
	}
	return nil
}

func foreign(path string) error {
	return fault.New(fault.Input, "ledger.foreign", fault.T(
		"%s 不是账本文件", "%s is not a ledger", path)).
		Do(fault.T("请检查配置中 ledger.sqlite 的路径", "check the path in the configuration: ledger.sqlite"))
}

func newer(path string, version, known int) error {
	return fault.New(fault.Input, "ledger.newer", fault.T(
		"账本 %s 由更新版本的程序写成（结构 %d，本程序只认识到 %d）", "the ledger %s was written by a newer program (schema %d, this one knows up to %d)", path, version, known)).
		Do(fault.T("请使用写成它的版本或更新的版本", "use the version that wrote it, or a later one"))
}
