-- Times are milliseconds since 1970-01-01T00:00:00Z. Numbers without sign that need all 64 bits (checksums) are stored as
-- the signed number with the same bits. A run is named by its UUID in text form.

CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who holds what: scope 'pipeline' (a run), 'kind' (the commits of a kind), 'relay' (the relay of a kind). A row stays
-- when its lease is free (expires is null), because its fence must never count down.
CREATE TABLE leases (
  scope           TEXT    NOT NULL CHECK (scope IN ('pipeline', 'kind', 'relay')),
  name            TEXT    NOT NULL,
  fence           INTEGER NOT NULL,
  run             TEXT    NOT NULL,
  host            TEXT    NOT NULL,
  pid             INTEGER NOT NULL,
  process_started INTEGER NOT NULL,
  process_birth   TEXT    NOT NULL,
  what            TEXT    NOT NULL,
  since           INTEGER NOT NULL,
  expires         INTEGER,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  no              INTEGER PRIMARY KEY AUTOINCREMENT,
  id              TEXT    NOT NULL UNIQUE,
  pipeline        TEXT    NOT NULL,
  kind            TEXT    NOT NULL,
  mode            TEXT    NOT NULL,
  note            TEXT    NOT NULL,
  state           TEXT    NOT NULL CHECK (state IN ('open', 'done', 'failed', 'no_input', 'skipped')),
  fence           INTEGER NOT NULL,
  host            TEXT    NOT NULL,
  pid             INTEGER NOT NULL,
  process_started INTEGER NOT NULL,
  what            TEXT    NOT NULL,
  started         INTEGER NOT NULL,
  finished        INTEGER,
  cleaned         INTEGER,
  error           TEXT    NOT NULL DEFAULT '',
  error_code      TEXT    NOT NULL DEFAULT '',
  seconds         REAL    NOT NULL DEFAULT 0,
  live_seconds    REAL    NOT NULL DEFAULT 0,
  publish_seconds REAL    NOT NULL DEFAULT 0,
  published       INTEGER NOT NULL DEFAULT 0,
  read            INTEGER NOT NULL DEFAULT 0,
  accepted        INTEGER NOT NULL DEFAULT 0,
  rejected        INTEGER NOT NULL DEFAULT 0,
  inserted        INTEGER NOT NULL DEFAULT 0,
  updated         INTEGER NOT NULL DEFAULT 0,
  deleted         INTEGER NOT NULL DEFAULT 0,
  unchanged       INTEGER NOT NULL DEFAULT 0,
  superseded      INTEGER NOT NULL DEFAULT 0,
  withheld        INTEGER NOT NULL DEFAULT 0,
  warnings        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_of_pipeline ON runs (pipeline, no);
CREATE INDEX runs_open ON runs (pipeline) WHERE state = 'open';
CREATE INDEX runs_not_cleaned ON runs (no) WHERE cleaned IS NULL;

CREATE TABLE commits (
  kind                TEXT    NOT NULL,
  no                  INTEGER NOT NULL CHECK (no > 0),
  run                 TEXT    NOT NULL REFERENCES runs (id),
  run_no              INTEGER NOT NULL,
  pipeline            TEXT    NOT NULL,
  state               TEXT    NOT NULL CHECK (state IN ('open', 'closed', 'applied', 'abandoned')),
  live                INTEGER NOT NULL DEFAULT 0,
  last                INTEGER NOT NULL DEFAULT 0,
  opened              INTEGER NOT NULL,
  closed              INTEGER,
  applied             INTEGER,
  abandoned           INTEGER,
  version_rows        INTEGER NOT NULL DEFAULT 0,
  notify_rows         INTEGER NOT NULL DEFAULT 0,
  checksum            INTEGER NOT NULL DEFAULT 0,
  quarantine_rows     INTEGER NOT NULL DEFAULT 0,
  quarantine_checksum INTEGER NOT NULL DEFAULT 0,
  read                INTEGER NOT NULL DEFAULT 0,
  accepted            INTEGER NOT NULL DEFAULT 0,
  rejected            INTEGER NOT NULL DEFAULT 0,
  inserted            INTEGER NOT NULL DEFAULT 0,
  updated             INTEGER NOT NULL DEFAULT 0,
  deleted             INTEGER NOT NULL DEFAULT 0,
  unchanged           INTEGER NOT NULL DEFAULT 0,
  superseded          INTEGER NOT NULL DEFAULT 0,
  withheld            INTEGER NOT NULL DEFAULT 0,
  warnings            INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX commits_of_run ON commits (run);
-- What is unfinished is little and what is finished grows for ever. Without statistics SQLite prefers the primary key to
-- these, so the queries name them (INDEXED BY).
CREATE INDEX commits_open ON commits (kind, no) WHERE state = 'open';
CREATE INDEX commits_unapplied ON commits (kind, no) WHERE state = 'closed';
CREATE INDEX commits_not_live ON commits (kind, no) WHERE state = 'applied' AND live = 0;
CREATE INDEX commits_abandoned ON commits (abandoned) WHERE state = 'abandoned';

-- Where a pipeline stands; moved by the last commit of a run and by nothing else.
CREATE TABLE cursors (
  pipeline TEXT    NOT NULL PRIMARY KEY,
  cursor   BLOB,
  inputs   TEXT    NOT NULL,
  run      TEXT    NOT NULL REFERENCES runs (id),
  moved    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
  kind       TEXT    NOT NULL PRIMARY KEY,
  seq        INTEGER NOT NULL,
  topic_id   TEXT    NOT NULL,
  partitions INTEGER NOT NULL,
  at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ticks (
  pipeline TEXT    NOT NULL PRIMARY KEY,
  at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  no      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  who     TEXT    NOT NULL,
  what    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  detail  TEXT    NOT NULL
) STRICT;
