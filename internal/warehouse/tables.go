package warehouse

import (
	"fmt"
	"strings"

	"creditsync/schemas"
)

// Database holds all tables.
const Database = "credit"

// Durable are the settings of tables whose acknowledged rows must survive kill -9 and a power cut; libchdb's defaults
// lose them. A broken part fails the start instead of being detached in silence.
const Durable = "fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, " +
	"min_compressed_bytes_to_fsync_after_merge = 1, old_parts_lifetime = 480, max_suspicious_broken_parts = 0"

// compact keeps a part of up to 1 GiB in one file instead of two a column: versions are written, and read by the relay and by
// roll forward, with all their columns, and every file costs an fsync.
const compact = ", min_bytes_for_wide_part = 1073741824, min_rows_for_wide_part = 10000000"

// staged are the settings of scratch tables: plain inserts carry a token and are stored once however often they are sent.
// They are dropped by the partition after the run, so merging their parts, however many there are, would be lost work; and
// a part of two files instead of two a column spares the file system most of what an insert costs (measured: two thirds).
const staged = "min_bytes_for_wide_part = 1000000000000, min_rows_for_wide_part = 1000000000, non_replicated_deduplication_window = 10000, old_parts_lifetime = 60, max_bytes_to_merge_at_max_space_in_pool = 1, " +
	"parts_to_delay_insert = 100000, parts_to_throw_insert = 100000"

// Statements are the DDL of the kinds in the order of execution. Each may be repeated.
func Statements(kinds []*schemas.Kind, timezone string) []string {
	list := []string{"CREATE DATABASE IF NOT EXISTS " + Database}
	list = append(list, sharedTables(timezone)...)
	for _, k := range kinds {
		list = append(list, kindTables(k, timezone)...)
		list = append(list, additions(k)...)
		list = append(list, views(k)...)
	}
	return list
}

func sharedTables(timezone string) []string {
	quarantine := quarantineColumns(timezone)
	return []string{
		create("meta", "name String, value String, at DateTime64(3, "+quote(timezone)+")", "ReplacingMergeTree(at)", "name", "", Durable),
		create("reject_stage", `run_no UInt64, place UInt64, reject_id FixedString(16), record_id FixedString(16), source_ref String,
  authority LowCardinality(String), raw_masked String, raw_cipher String,
  fields Array(LowCardinality(String)), rules Array(LowCardinality(String)), messages Array(String)`,
			"MergeTree", "place", "run_no", staged),
		verifyStageTable(),
		create("quarantine_versions", quarantine, "MergeTree", "(kind, commit_no, pipeline, reject_id)", "", Durable),
		create("quarantine", quarantine, "ReplacingMergeTree(commit_no)", "(kind, pipeline, reject_id)", "", Durable),
		create("commits", `kind LowCardinality(String), commit_no UInt64, run UUID, run_no UInt64, pipeline LowCardinality(String),
  rows UInt64, notify UInt64, checksum UInt64, inserted UInt64, updated UInt64, deleted UInt64, closed_at DateTime64(3, `+quote(timezone)+`),
  `+strings.Join(ledgerColumns(), ", "),
			"ReplacingMergeTree(closed_at)", "(kind, commit_no)", "", Durable),
		"ALTER TABLE " + Database + ".commits ADD COLUMN IF NOT EXISTS " + strings.Join(ledgerColumns(), ", ADD COLUMN IF NOT EXISTS "),
		create("runs", `run UUID, run_no UInt64, pipeline LowCardinality(String), kind LowCardinality(String), mode LowCardinality(String),
  state LowCardinality(String), started_at DateTime64(3, `+quote(timezone)+`), finished_at DateTime64(3, `+quote(timezone)+`), read UInt64, accepted UInt64, rejected UInt64,
  inserted UInt64, updated UInt64, deleted UInt64, unchanged UInt64, superseded UInt64, withheld UInt64, warnings UInt64, error String`,
			"ReplacingMergeTree(finished_at)", "run", "", Durable),
	}
}

// ledgerColumns are what the list of commits holds beside what analysts read, so that a ledger can be made again from it.
func ledgerColumns() []string {
	return []string{
		"quarantine UInt64", "quarantine_checksum UInt64", "last Bool", "cursor String", "has_cursor Bool", "inputs Array(String)",
		"read UInt64", "accepted UInt64", "rejected UInt64", "unchanged UInt64", "superseded UInt64", "withheld UInt64", "warnings UInt64",
	}
}

func quarantineColumns(timezone string) string {
	return `kind LowCardinality(String), pipeline LowCardinality(String), reject_id FixedString(16), record_id FixedString(16), source_ref String,
  authority LowCardinality(String), raw_masked String, raw_cipher String, violations Array(Tuple(field String, rule String, message String)),
  state Enum8('open' = 1, 'resolved' = 2, 'replayed' = 3, 'dismissed' = 4), first_run UInt64, last_run UInt64, times_seen UInt32,
  commit_no UInt64, changed_at DateTime64(3, ` + quote(timezone) + `)`
}

// versionHead are the columns of a version before the kind's own.
func versionHead(timezone string) []string {
	return []string{
		"seq UInt64 COMMENT '提交号 << 24 | 序号'",
		"record_id FixedString(16)",
		"version UInt32",
		"op Enum8('upsert' = 1, 'delete' = 2, 'forget' = 3)",
		"status Enum8('active' = 1, 'suspended' = 2, 'withdrawn' = 3, 'repaired' = 4, 'expired' = 5)",
		"content_hash UInt64",
		"hash_version UInt16",
		"run_no UInt64",
		"commit_no UInt64",
		"pipeline LowCardinality(String)",
		"notify Bool",
		"source_ref String",
		"ingested_at DateTime64(3, " + quote(timezone) + ")",
		"warnings Array(LowCardinality(String))",
		"changed Array(LowCardinality(String))",
	}
}

func kindTables(k *schemas.Kind, timezone string) []string {
	own := kindColumns(k)
	version := strings.Join(append(versionHead(timezone), own...), ",\n  ")
	changed := strings.Join(append([]string{
		"run_no UInt64", "place UInt64", "record_id FixedString(16)", "content_hash UInt64", "source_ref String",
		"warnings Array(LowCardinality(String))",
	}, own...), ",\n  ")
	live := version
	if k.Subject.USCC != "" {
		live += fmt.Sprintf(",\n  INDEX by_subject %s TYPE bloom_filter(0.01) GRANULARITY 1", k.Subject.USCC)
	}
	return []string{
		create(k.Name+"_stage", "run_no UInt64, place UInt64, record_id FixedString(16), content_hash UInt64", "MergeTree", "place", "run_no", staged),
		create(k.Name+"_changed", changed, "MergeTree", "place", "run_no", staged),
		create(k.Name+"_diff", `run_no UInt64, commit_no UInt64, n UInt64, action Enum8('insert' = 1, 'update' = 2, 'delete' = 3, 'adopt' = 4, 'superseded' = 5, 'withheld' = 6),
  record_id FixedString(16), place UInt64, version UInt32, prev_seq UInt64, status Int8, content_hash UInt64`,
			"MergeTree", "(commit_no, action, place)", "run_no", staged),
		create(k.Name+"_versions", version, "MergeTree", "seq", "", Durable+compact),
		create(k.Name+"_current", `record_id FixedString(16), version UInt32, op Enum8('upsert' = 1, 'delete' = 2, 'forget' = 3),
  status Enum8('active' = 1, 'suspended' = 2, 'withdrawn' = 3, 'repaired' = 4, 'expired' = 5),
  content_hash UInt64, hash_version UInt16, seq UInt64, pipeline LowCardinality(String)`,
			"ReplacingMergeTree(seq)", "record_id", "", Durable),
		create(k.Name+"_live", live, "ReplacingMergeTree(seq)", "record_id", "", Durable),
	}
}

// kindColumns are the kind's own columns with their ClickHouse types.
func kindColumns(k *schemas.Kind) []string {
	var list []string
	for _, c := range k.Columns() {
		list = append(list, c.Name+" "+ColumnType(c)+comment(columnTitle(c)))
	}
	return list
}

// ColumnType is the ClickHouse type of a stored column.
func ColumnType(c schemas.Column) string {
	switch {
	case c.Part == schemas.Index:
		return "FixedString(16)"
	case c.Part == schemas.Cipher:
		return "String"
	}
	t := "String"
	switch c.Field.Type {
	case schemas.Date:
		t = "Date32"
	case schemas.Money:
		t = fmt.Sprintf("Decimal(18, %d)", c.Field.Scale())
	case schemas.Count:
		t = "Int32"
	case schemas.Choice:
		return "LowCardinality(String)"
	case schemas.Choices:
		return "Array(LowCardinality(String))"
	}
	if c.Field.Repeats {
		return "LowCardinality(String)"
	}
	if c.Field.Nullable() {
		return "Nullable(" + t + ")"
	}
	return t
}

// columnTitle is the Chinese title with the standard's code, as people see it beside a column.
func columnTitle(c schemas.Column) string {
	if c.Field == nil {
		return "含证件号码的文本原文（密文）"
	}
	title := c.Field.Title
	if c.Field.Code != "" {
		title += " " + c.Field.Code
	}
	switch c.Part {
	case schemas.Index:
		return title + "（盲索引）"
	case schemas.Cipher:
		return title + "（密文）"
	}
	return title
}

func create(table, columns, engine, order, partition, settings string) string {
	s := fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s.%s (\n  %s\n) ENGINE = %s", Database, table, columns, engine)
	if partition != "" {
		s += " PARTITION BY " + partition
	}
	return s + " ORDER BY " + order + " SETTINGS " + settings
}

func comment(text string) string { return " COMMENT " + quote(text) }

// quote writes a ClickHouse string literal.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
