CREATE TABLE IF NOT EXISTS credit.meta (
  name String, value String, at DateTime64(3, 'Asia/Shanghai')
) ENGINE = ReplacingMergeTree(at) ORDER BY name SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, old_parts_lifetime = 480, max_suspicious_broken_parts = 0;

CREATE TABLE IF NOT EXISTS credit.reject_stage (
  run_no UInt64, place UInt64, reject_id FixedString(16), record_id FixedString(16), source_ref String,
  authority LowCardinality(String), raw_masked String, raw_cipher String,
  fields Array(LowCardinality(String)), rules Array(LowCardinality(String)), messages Array(String)
) ENGINE = MergeTree PARTITION BY run_no ORDER BY place SETTINGS min_bytes_for_wide_part = 1000000000000, min_rows_for_wide_part = 1000000000, non_replicated_deduplication_window = 10000, old_parts_lifetime = 60, max_bytes_to_merge_at_max_space_in_pool = 1, parts_to_delay_insert = 100000, parts_to_throw_insert = 100000;

CREATE TABLE IF NOT EXISTS credit.verify_stage (
  run_no UInt64, due Bool, part Int32, place Int64, record_id FixedString(16), version UInt32, seq UInt64, op UInt8, hash UInt64
) ENGINE = MergeTree PARTITION BY run_no ORDER BY (record_id, version) SETTINGS min_bytes_for_wide_part = 1000000000000, min_rows_for_wide_part = 1000000000, non_replicated_deduplication_window = 10000, old_parts_lifetime = 60, max_bytes_to_merge_at_max_space_in_pool = 1, parts_to_delay_insert = 100000, parts_to_throw_insert = 100000;

CREATE TABLE IF NOT EXISTS credit.quarantine_versions (
  kind LowCardinality(String), pipeline LowCardinality(String), reject_id FixedString(16), record_id FixedString(16), source_ref String,
  authority LowCardinality(String), raw_masked String, raw_cipher String, violations Array(Tuple(field String, rule String, message String)),
  state Enum8('open' = 1, 'resolved' = 2, 'replayed' = 3, 'dismissed' = 4), first_run UInt64, last_run UInt64, times_seen UInt32,
  commit_no UInt64, changed_at DateTime64(3, 'Asia/Shanghai')
) ENGINE = MergeTree ORDER BY (kind, commit_no, pipeline, reject_id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, old_parts_lifetime = 480, max_suspicious_broken_parts = 0;

CREATE TABLE IF NOT EXISTS credit.quarantine (
  kind LowCardinality(String), pipeline LowCardinality(String), reject_id FixedString(16), record_id FixedString(16), source_ref String,
  authority LowCardinality(String), raw_masked String, raw_cipher String, violations Array(Tuple(field String, rule String, message String)),
  state Enum8('open' = 1, 'resolved' = 2, 'replayed' = 3, 'dismissed' = 4), first_run UInt64, last_run UInt64, times_seen UInt32,
  commit_no UInt64, changed_at DateTime64(3, 'Asia/Shanghai')
) ENGINE = ReplacingMergeTree(commit_no) ORDER BY (kind, pipeline, reject_id) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, old_parts_lifetime = 480, max_suspicious_broken_parts = 0;

CREATE TABLE IF NOT EXISTS credit.commits (
  kind LowCardinality(String), commit_no UInt64, run UUID, run_no UInt64, pipeline LowCardinality(String),
  rows UInt64, notify UInt64, checksum UInt64, inserted UInt64, updated UInt64, deleted UInt64, closed_at DateTime64(3, 'Asia/Shanghai'),
  quarantine UInt64, quarantine_checksum UInt64, last Bool, cursor String, has_cursor Bool, inputs Array(String), read UInt64, accepted UInt64, rejected UInt64, unchanged UInt64, superseded UInt64, withheld UInt64, warnings UInt64
) ENGINE = ReplacingMergeTree(closed_at) ORDER BY (kind, commit_no) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, old_parts_lifetime = 480, max_suspicious_broken_parts = 0;

ALTER TABLE credit.commits ADD COLUMN IF NOT EXISTS quarantine UInt64, ADD COLUMN IF NOT EXISTS quarantine_checksum UInt64, ADD COLUMN IF NOT EXISTS last Bool, ADD COLUMN IF NOT EXISTS cursor String, ADD COLUMN IF NOT EXISTS has_cursor Bool, ADD COLUMN IF NOT EXISTS inputs Array(String), ADD COLUMN IF NOT EXISTS read UInt64, ADD COLUMN IF NOT EXISTS accepted UInt64, ADD COLUMN IF NOT EXISTS rejected UInt64, ADD COLUMN IF NOT EXISTS unchanged UInt64, ADD COLUMN IF NOT EXISTS superseded UInt64, ADD COLUMN IF NOT EXISTS withheld UInt64, ADD COLUMN IF NOT EXISTS warnings UInt64;

CREATE TABLE IF NOT EXISTS credit.runs (
  run UUID, run_no UInt64, pipeline LowCardinality(String), kind LowCardinality(String), mode LowCardinality(String),
  state LowCardinality(String), started_at DateTime64(3, 'Asia/Shanghai'), finished_at DateTime64(3, 'Asia/Shanghai'), read UInt64, accepted UInt64, rejected UInt64,
  inserted UInt64, updated UInt64, deleted UInt64, unchanged UInt64, superseded UInt64, withheld UInt64, warnings UInt64, error String
) ENGINE = ReplacingMergeTree(finished_at) ORDER BY run SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, old_parts_lifetime = 480, max_suspicious_broken_parts = 0;
