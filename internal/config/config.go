package config

import (
	"path/filepath"
	"time"

	"creditsync/internal/fault"
)

// Config is a whole, checked configuration. Nobody changes it after Load returned it; all paths in it are absolute.
type Config struct {
	// File is the path of the configuration as it was given, Dir its folder, absolute.
	File string `yaml:"-"`
	Dir  string `yaml:"-"`

	// DataDir is the folder of everything that this deployment stores on this machine.
	DataDir string `yaml:"data_dir" is:"path"`
	// Timezone is where schedules and naive timestamps of sources live.
	Timezone *time.Location `yaml:"timezone"`
	// Language is that of what people read.
	Language fault.Language `yaml:"language"`
	// Warehouse is the ClickHouse that keeps the records.
	Warehouse Warehouse `yaml:"warehouse"`
	// Bus is the Kafka that the changes are published on.
	Bus Bus `yaml:"bus"`
	// Ledger is the store of runs, cursors, leases and commits.
	Ledger Ledger `yaml:"ledger"`
	// Keys are the keys that protect personal information.
	Keys Keys `yaml:"keys"`
	// Console is the status page.
	Console Console `yaml:"console"`
	// Alerts say who is told when something is wrong.
	Alerts Alerts `yaml:"alerts"`
	// Calendar says which days are worked.
	Calendar Calendar `yaml:"calendar"`
	// Workers is how many scheduled pipelines run at once.
	Workers int `yaml:"workers" min:"1" max:"64"`
	// Pipelines in the order of the file; their names are distinct.
	Pipelines []Pipeline `yaml:"pipelines"`
}

// Warehouse is one of two: exactly one field is not nil.
type Warehouse struct {
	// Embedded is the engine that creditsync starts itself.
	Embedded *EmbeddedWarehouse `yaml:"embedded"`
	// ClickHouse is a server that is there already.
	ClickHouse *ClickHouse `yaml:"clickhouse"`
}

// EmbeddedWarehouse is how the embedded engine runs.
type EmbeddedWarehouse struct {
	// HTTP and Native are the addresses that the engine listens on; port 0 takes a free one. Native may be Off.
	HTTP   string `yaml:"http" is:"listen"`
	Native string `yaml:"native" is:"listen or off"`
	// Password is asked of every client; it may be empty on loopback addresses only.
	Password Secret `yaml:"password"`
	// Library is the engine's shared library; "" is the one beside the program.
	Library string `yaml:"library" is:"path"`
	// Memory bounds the engine, in bytes; 0 leaves it to the engine.
	Memory int64 `yaml:"memory" is:"size"`
}

// ClickHouse is a server reached over its HTTP interface.
type ClickHouse struct {
	// URL is its address; it may carry user and password.
	URL URL `yaml:"url"`
	// User and Password, where the URL carries none; they are merged into URL by Load.
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
	// Cluster is a part of the file's shape that this version refuses: it is "" after Load.
	Cluster string `yaml:"cluster" is:"name"`
	// TLS is for https with a private certificate authority or client certificates; nil is the system's authorities.
	TLS *TLS `yaml:"tls"`
}

// TLS names PEM files; "" is the system's authorities and no client certificate. There is no way to switch
// verification off.
type TLS struct {
	// CA holds the certificate authorities that sign the server.
	CA string `yaml:"ca" is:"path"`
	// Cert and Key identify this client; both or none.
	Cert string `yaml:"cert" is:"path"`
	Key  string `yaml:"key" is:"path"`
}

// Bus is one of two: exactly one of Embedded and Kafka is not nil.
type Bus struct {
	// Embedded is the broker that creditsync starts itself.
	Embedded *EmbeddedBus `yaml:"embedded"`
	// Kafka is a broker or cluster that is there already.
	Kafka *Kafka `yaml:"kafka"`
	// TombstoneAfter is for how long a record is gone before consumers are told to forget it; 0 never tells them.
	TombstoneAfter time.Duration `yaml:"tombstone_after"`
}

// EmbeddedBus is how the embedded broker runs.
type EmbeddedBus struct {
	// Listen is the address of the broker; port 0 takes a free one.
	Listen string `yaml:"listen" is:"listen"`
}

// Kafka is a broker or cluster.
type Kafka struct {
	// Brokers to start from, host:port; at least one.
	Brokers []string `yaml:"brokers" is:"hostport"`
	// TLS is nil for connections in clear.
	TLS *TLS `yaml:"tls"`
	// SASL is nil for connections without a password.
	SASL *SASL `yaml:"sasl"`
	// Replication of the topics that creditsync creates; 0 is the broker's own default.
	Replication int `yaml:"replication" min:"0" max:"32767"`
	// Partitions of the topics that creditsync creates.
	Partitions int `yaml:"partitions" min:"1" max:"10000"`
}

// SASL is how creditsync signs in to Kafka.
type SASL struct {
	// Mechanism as Kafka spells it.
	Mechanism Mechanism `yaml:"mechanism"`
	// User and Password of the account.
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
}

// Mechanism is a way to sign in, as Kafka spells it.
type Mechanism string

// The mechanisms that the Kafka clients have.
const (
	Plain       Mechanism = "PLAIN"
	ScramSHA256 Mechanism = "SCRAM-SHA-256"
	ScramSHA512 Mechanism = "SCRAM-SHA-512"
)

// Ledger is where runs, cursors, leases and commits are written.
type Ledger struct {
	// SQLite is the path of the database file; ledger.db in DataDir by default.
	SQLite string `yaml:"sqlite" is:"path"`
	// Postgres is a part of the file's shape that this version refuses: it is nil after Load.
	Postgres *Postgres `yaml:"postgres"`
}

// Postgres is a ledger that several nodes share.
type Postgres struct {
	// DSN is the connection string.
	DSN Secret `yaml:"dsn"`
}

// Keys says where the keys are.
type Keys struct {
	// File is their path; keys.json in DataDir by default.
	File string `yaml:"file" is:"path"`
}

// Console is the status page.
type Console struct {
	// Listen is its address; port 0 takes a free one.
	Listen string `yaml:"listen" is:"listen"`
}

// defaults is the configuration of an empty file, before what depends on other keys is filled in by settle.
func defaults(file, dir string, lang fault.Language, zone *time.Location) *Config {
	return &Config{
		File: file, Dir: dir,
		DataDir:  filepath.Join(dir, "data"),
		Timezone: zone,
		Language: lang,
		Warehouse: Warehouse{
			Embedded: &EmbeddedWarehouse{HTTP: "127.0.0.1:8123", Native: "127.0.0.1:9000"},
		},
		Bus:     Bus{Embedded: &EmbeddedBus{Listen: "127.0.0.1:9092"}, TombstoneAfter: 7 * 24 * time.Hour},
		Console: Console{Listen: "127.0.0.1:8080"},

		Calendar: Calendar{Base: CNWorkdays},
		Workers:  2,
	}
}

// settle fills in the defaults that depend on other keys and leaves one alternative of each section.
func (c *Config) settle() {
	if c.Warehouse.ClickHouse != nil {
		c.Warehouse.Embedded = nil
		ch := c.Warehouse.ClickHouse
		ch.URL = ch.URL.as(ch.User, ch.Password)
	}
	if c.Bus.Kafka != nil {
		c.Bus.Embedded = nil
	}
	if c.Ledger.SQLite == "" {
		c.Ledger.SQLite = filepath.Join(c.DataDir, "ledger.db")
	}
	if c.Keys.File == "" {
		c.Keys.File = filepath.Join(c.DataDir, "keys.json")
	}
}
