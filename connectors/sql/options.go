package sql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// Options of `source: {sql: …}`.
type Options struct {
	// Engine is postgres, mysql, mariadb or sqlite.
	Engine string `yaml:"engine"`
	// Host is the server's name or address, or the path of its socket. Port is 0 for the engine's own.
	Host string `yaml:"host"`
	Port int    `yaml:"port" min:"1" max:"65535"`
	// Database to connect to, as User with Password.
	Database string            `yaml:"database"`
	User     string            `yaml:"user"`
	Password connectors.Secret `yaml:"password" is:"elsewhere"`
	// TLS is nil for a connection in clear.
	TLS *TLS `yaml:"tls"`
	// File of an SQLite database.
	File string `yaml:"file" is:"path"`
	// Table is read as a whole ("name" or "schema.name"), or Query is: one of the two.
	Table string `yaml:"table"`
	Query string `yaml:"query"`
	// Key is the columns that tell rows apart and order them; empty: the table's primary key.
	Key []string `yaml:"key"`
	// Cursor is the column that grows with every change, for mode incremental; "" for the others.
	Cursor string `yaml:"cursor"`
	// Lag is how far before the cursor a read begins: a duration, or a number where the cursor is one. "": DefaultLag.
	Lag string `yaml:"lag"`
	// Page is how many rows one statement asks for; 0: one statement for all.
	Page int `yaml:"page" min:"1" max:"10000000"`
	// Encoding of texts of which the database does not say it: utf-8, gb18030, gbk or latin1.
	Encoding string `yaml:"encoding"`
	// AllowEmpty accepts a table without rows. In a snapshot it deletes whatever the table held before.
	AllowEmpty bool `yaml:"allow_empty"`
	// Timeout bounds each statement, from its start to its last row; Silence how long the server may say nothing;
	// ConnectTimeout how long connecting may take.
	Timeout        time.Duration `yaml:"timeout"`
	Silence        time.Duration `yaml:"silence"`
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
}

// Values of Options.Engine.
const (
	enginePostgres = "postgres"
	engineMySQL    = "mysql"
	engineMariaDB  = "mariadb"
	engineSQLite   = "sqlite"
)

// Defaults of Options.Lag: for cursors that are times, and for numbers. A transaction takes its number or time when it
// begins to write, and is seen when it ends.
const (
	DefaultLag       = 10 * time.Minute
	DefaultLagNumber = 1000
)

// Defaults are the options of a source that names nothing but where it is.
func Defaults() Options {
	return Options{Timeout: time.Hour, Silence: 5 * time.Minute, ConnectTimeout: 10 * time.Second}
}

// Definition of the source `sql`.
func Definition() connectors.Definition {
	modes := []connectors.Mode{connectors.Snapshot, connectors.Append, connectors.Incremental}
	return connectors.Define("sql", modes, Defaults(), func(o Options, _ connectors.Place) (connectors.Source, error) {
		s, err := New(o)
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

// Validate names everything that is wrong with the options, as one error of class Input; nil if nothing is.
func (o Options) Validate() error {
	var zh, en []string
	bad := func(t fault.Text) { zh, en = append(zh, t.ZH), append(en, t.EN) }
	engines := []string{enginePostgres, engineMySQL, engineMariaDB, engineSQLite}
	switch {
	case !slices.Contains(engines, o.Engine):
		bad(fault.T("engine：应为 %[1]s 之一，现为 %[2]q", "engine: must be one of %[1]s, got %[2]q", strings.Join(engines, ", "), o.Engine))
	case o.Engine == engineSQLite:
		o.validateFile(bad)
	default:
		o.validateServer(bad)
	}
	o.validateRead(bad)
	if len(zh) == 0 {
		return nil
	}
	return fault.New(fault.Input, "sql.options", fault.Text{ZH: strings.Join(zh, "；"), EN: strings.Join(en, "; ")})
}

func (o Options) validateFile(bad func(fault.Text)) {
	if o.File == "" {
		bad(fault.T("file：engine 为 sqlite 时必须填写", "file: is required with engine sqlite"))
	}
	if o.Host != "" || o.Port != 0 || o.Database != "" || o.User != "" || !o.Password.Empty() || o.TLS != nil {
		bad(fault.T("engine 为 sqlite 时只有 file，没有 host、port、database、user、password 和 tls", "with engine sqlite there is file, and no host, port, database, user, password or tls"))
	}
}

func (o Options) validateServer(bad func(fault.Text)) {
	if o.File != "" {
		bad(fault.T("file：只用于 engine: sqlite", "file: is for engine: sqlite only"))
	}
	for _, one := range []struct{ name, value string }{{"host", o.Host}, {"database", o.Database}, {"user", o.User}} {
		if strings.TrimSpace(one.value) == "" {
			bad(fault.T("%s：必须填写", "%s: is required", one.name))
		}
	}
	if strings.Contains(o.Host, "://") || strings.Contains(o.Host, "@") {
		bad(fault.T("host：只写主机名或地址；其余写在 port、database、user 和 password", "host: only a name or an address; the rest belongs to port, database, user and password"))
	}
	if t := o.TLS; t != nil {
		if (t.Cert == "") != (t.Key == "") {
			bad(fault.T("tls：cert 和 key 应同时填写", "tls: cert and key come together"))
		}
		if strings.HasPrefix(o.Host, "/") {
			bad(fault.T("tls：不用于套接字文件", "tls: is not for a socket"))
		}
	}
}

func (o Options) validateRead(bad func(fault.Text)) {
	switch {
	case (strings.TrimSpace(o.Table) == "") == (strings.TrimSpace(o.Query) == ""):
		bad(fault.T("table 和 query 应恰好填写一个", "exactly one of table and query is to be given"))
	case o.Table != "":
		if _, err := splitName(o.Table); err != nil {
			bad(fault.T("table：应为“表”或“模式.表”，现为 %q", "table: must be a table or schema.table, got %q", o.Table))
		}
	}
	if slices.ContainsFunc(o.Key, func(k string) bool { return strings.TrimSpace(k) == "" }) {
		bad(fault.T("key：列名不能为空", "key: a column's name must not be empty"))
	}
	if o.Lag != "" {
		if _, _, err := remote.ParseLag(o.Lag); err != nil {
			bad(fault.T("lag：应为时长（如 10m、1h）或整数，现为 %q", "lag: must be a duration such as 10m or 1h, or a whole number, got %q", o.Lag))
		}
		if o.Cursor == "" {
			bad(fault.T("lag：只与 cursor 同用", "lag: goes with cursor"))
		}
	}
	if _, ok := namedEncoding(o.Encoding); !ok {
		bad(fault.T("encoding：应为 utf-8、gb18030、gbk、latin1 之一，现为 %q", "encoding: must be one of utf-8, gb18030, gbk, latin1, got %q", o.Encoding))
	}
	for _, one := range []struct {
		name  string
		value time.Duration
	}{{"timeout", o.Timeout}, {"silence", o.Silence}, {"connect_timeout", o.ConnectTimeout}} {
		if one.value < 100*time.Millisecond {
			bad(fault.T("%s：至少 100ms", "%s: must be at least 100ms", one.name))
		}
	}
}

// Suits implements connectors.Moded: an incremental read has a cursor, the others have none.
func (o Options) Suits(m connectors.Mode) error {
	switch {
	case m == connectors.Incremental && o.Cursor == "":
		return fault.New(fault.Input, "sql.options", fault.T("mode: incremental 需要 cursor：随每次修改而增大的列，如更新时间",
			"mode: incremental needs cursor: the column that grows with every change, such as the time of the last one"))
	case m != connectors.Incremental && o.Cursor != "":
		return fault.New(fault.Input, "sql.options", fault.T("cursor 只用于 mode: incremental；mode: %[1]s 每次读全部", "cursor is for mode: incremental; mode: %[1]s reads all of it every time", string(m)))
	}
	return nil
}

// Where implements connectors.Placed.
func (o Options) Where() string {
	what := o.Table
	if what == "" {
		what = "query"
	}
	if o.Engine == engineSQLite {
		return o.File + ": " + what
	}
	return o.Engine + " " + o.address() + "/" + o.Database + ": " + what
}

// port is the one that is written, or the engine's own.
func (o Options) port() int {
	switch {
	case o.Port != 0:
		return o.Port
	case o.Engine == enginePostgres:
		return 5432
	}
	return 3306
}

// address is the server's, for people; that of a socket is its path.
func (o Options) address() string {
	if strings.HasPrefix(o.Host, "/") {
		return o.Host
	}
	if strings.Contains(o.Host, ":") {
		return "[" + strings.Trim(o.Host, "[]") + "]:" + strconv.Itoa(o.port())
	}
	return o.Host + ":" + strconv.Itoa(o.port())
}

// splitName takes a name apart at its dots; parts in double quotes or backticks are kept as they are.
func splitName(s string) ([]string, error) {
	var parts []string
	for {
		s = strings.TrimSpace(s)
		var part string
		if s != "" && (s[0] == '"' || s[0] == '`') {
			end := strings.IndexByte(s[1:], s[0])
			if end < 0 {
				return nil, fmt.Errorf("name %q", s)
			}
			part, s = s[1:1+end], s[2+end:]
		} else if end := strings.IndexByte(s, '.'); end >= 0 {
			part, s = s[:end], s[end:]
		} else {
			part, s = s, ""
		}
		if part == "" || strings.ContainsRune(part, 0) || len(parts) == 2 {
			return nil, fmt.Errorf("name %q", s)
		}
		parts = append(parts, part)
		if s = strings.TrimSpace(s); s == "" {
			return parts, nil
		}
		if s[0] != '.' {
			return nil, fmt.Errorf("name %q", s)
		}
		s = s[1:]
	}
}
