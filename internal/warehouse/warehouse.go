package warehouse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"creditsync/internal/fault"
)

// Options say where the store is. The embedded engine and a server differ in nothing but how they are reached.
type Options struct {
	URL      string      // http://user:password@host:8123; the path is ignored, the database is Database
	TLS      *tls.Config // of an https URL: its authorities and client certificate; nil means the system's authorities
	Timezone string      // of the DateTime columns
	Conns    int         // connections at most; 0 means 8
}

// insertThreads is how many threads of the engine write one INSERT … SELECT. The rows carry their numbers, so their order in
// the statement does not matter.
const insertThreads = 2

// settings of every statement. optimize_on_insert would merge equal keys of a block as it is written: a commit has each
// record once, and what replaces what is settled by merges and FINAL (measured: three quarters of the time of live).
func settings(timezone string) clickhouse.Settings {
	return clickhouse.Settings{"max_execution_time": 0, "session_timezone": timezone, "max_insert_threads": insertThreads, "optimize_on_insert": 0}
}

// Warehouse is a connection pool to ClickHouse over HTTP. It is safe for concurrent use.
type Warehouse struct {
	conn driver.Conn
	opts Options
	addr string // host:port, for messages
}

// Open prepares a pool; it connects when first used.
func Open(o Options) (*Warehouse, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return nil, fault.New(fault.Input, "warehouse.url", fault.T("ClickHouse 的地址 %q 不是网址", "the ClickHouse address %q is not a URL", o.URL)).
			Do(fault.T("应写作 http://用户:口令@主机:8123", "Write it as http://user:password@host:8123."))
	}
	if o.Conns == 0 {
		o.Conns = 8
	}
	password, _ := u.User.Password()
	opts := &clickhouse.Options{
		Addr: []string{u.Host}, Protocol: clickhouse.HTTP, Settings: settings(o.Timezone),
		Auth:         clickhouse.Auth{Username: u.User.Username(), Password: password},
		MaxOpenConns: o.Conns, MaxIdleConns: o.Conns, DialTimeout: 5 * time.Second, ReadTimeout: time.Hour,
	}
	// The embedded engine keeps places for who calls itself so.
	opts.ClientInfo.Products = append(opts.ClientInfo.Products, struct{ Name, Version string }{"creditsync", "1"})
	if u.Scheme == "https" {
		opts.TLS = secure(o.TLS, u.Hostname())
	}
	conn, err := clickhouse.Open(opts)
	if err != nil {
		return nil, fmt.Errorf("open ClickHouse at %s: %w", u.Host, err)
	}
	return &Warehouse{conn: conn, opts: o, addr: u.Host}, nil
}

// Close ends the pool.
func (w *Warehouse) Close() error { return w.conn.Close() }

// Ping tries the connection.
func (w *Warehouse) Ping(ctx context.Context) error {
	return w.classed("reach ClickHouse", w.conn.Ping(ctx))
}

// Meta reads a value that marks this store, "" where it is not set.
func (w *Warehouse) Meta(ctx context.Context, name string) (string, error) {
	var value string
	sql := fmt.Sprintf("SELECT anyLast(value) FROM %s.meta FINAL WHERE name = %s", Database, quote(name))
	err := w.row(ctx, "read the store's marks", sql, &value)
	return value, err
}

// SetMeta stores a mark.
func (w *Warehouse) SetMeta(ctx context.Context, name, value string) error {
	return w.exec(ctx, "mark the store", fmt.Sprintf("INSERT INTO %s.meta SELECT %s, %s, now64(3)", Database, quote(name), quote(value)))
}

func (w *Warehouse) exec(ctx context.Context, doing, sql string) error {
	return w.classed(doing, w.conn.Exec(ctx, sql))
}

// row reads one row into dest.
func (w *Warehouse) row(ctx context.Context, doing, sql string, dest ...any) error {
	return w.classed(doing, w.conn.QueryRow(ctx, sql).Scan(dest...))
}

// stream runs a query whose result comes in an output format.
func (w *Warehouse) stream(ctx context.Context, doing, format, sql string) (io.ReadCloser, error) {
	r, err := w.conn.QueryFormat(ctx, format, sql)
	return r, w.classed(doing, err)
}

// classed says who can mend an error of the driver.
func (w *Warehouse) classed(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if untrusted := w.distrust(doing, err); untrusted != nil {
		return untrusted
	}
	var exception *clickhouse.Exception
	var network net.Error
	switch {
	case errors.As(err, &exception):
		if class, hint, ok := environmental(exception.Code); ok {
			return fault.New(class, fmt.Sprintf("warehouse.code_%d", exception.Code), fault.T("ClickHouse（%[2]s）拒绝：%[1]s", "%[1]s in ClickHouse at %[2]s", doing, w.addr)).Because(err).Do(hint)
		}
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, clickhouse.ErrAcquireConnTimeout),
		errors.Is(err, clickhouse.ErrConnectionClosed): // serve closes the pool of an engine that has gone, whoever still uses it
		return fault.New(fault.Environment, "warehouse.unreachable", fault.T("连接不上 ClickHouse（%[2]s）：%[1]s", "%[1]s: ClickHouse at %[2]s cannot be reached", doing, w.addr)).
			Because(brief(err)).Again().Do(fault.T("请确认 ClickHouse 已启动（creditsync engine）、地址正确。", "See that ClickHouse is up (creditsync engine) and that the address is right."))
	}
	return fault.New(fault.Run, "warehouse.failed", fault.T("ClickHouse（%[2]s）出错：%[1]s", "%[1]s in ClickHouse at %[2]s", doing, w.addr)).Because(brief(err))
}

// brief is what an HTTP request failed of, without its address: that carries every setting of the statement.
func brief(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

// environmental tells the exceptions that are not about the statement: no room, no memory, no right, not the right
// password.
func environmental(code int32) (fault.Class, fault.Text, bool) {
	switch code {
	case 243, 701: // NOT_ENOUGH_SPACE, and none could be reserved
		return fault.Environment, fault.T("磁盘已满：请在 ClickHouse 的磁盘上腾出空间后再运行；未提交的内容没有生效。", "The disk is full: make room on ClickHouse's disk and run again; nothing that was not committed has taken effect."), true
	case 75, 76, 425, 481: // a file cannot be written, cannot be opened, a system call failed, no access to a path
		return fault.Environment, fault.T("ClickHouse 的磁盘读写出错：请检查磁盘空间、只读状态和权限，然后再运行。", "ClickHouse's disk does not take what is written: see whether it is full, read-only or broken, then run again."), true
	case 33, 40, 107, 226, 228, 231, 246, 271, 432: // checksums, codecs, files or sizes of a part are not as they were written
		return fault.Environment, fault.T("ClickHouse 的数据片段已损坏（出错信息中有表名和片段名）：请检查磁盘；creditsync repair 说明哪些能找回，其余从备份恢复。", "A part of a table is damaged; the message names table and part. See what is wrong with the disk; creditsync repair says what can be brought back, and the rest is in a backup."), true
	case 241: // MEMORY_LIMIT_EXCEEDED
		return fault.Environment, fault.T("引擎内存不足：请提高 warehouse.embedded.memory 或服务器的内存上限。", "The engine is out of memory: raise warehouse.embedded.memory or the server's limit."), true
	case 516, 192, 193, 194, 497: // authentication and access
		return fault.Environment, fault.T("用户、口令或权限不对：请检查 warehouse.clickhouse.url。", "User, password or rights are wrong: check warehouse.clickhouse.url."), true
	}
	return 0, fault.Text{}, false
}
