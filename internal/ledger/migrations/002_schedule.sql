-- What the scheduler remembers of a pipeline. The table of 001 held one time only and was never written to.
DROP TABLE ticks;
CREATE TABLE schedules (
  pipeline   TEXT    NOT NULL PRIMARY KEY,
  rule       TEXT    NOT NULL,              -- expression, zone and calendar; another one begins anew
  since      INTEGER NOT NULL,              -- when the pipeline was first seen by a scheduler
  seen       INTEGER NOT NULL,              -- the last tick that was seen to
  next       INTEGER,                       -- the next one
  trying     INTEGER,                       -- the tick of an attempt that has begun and has not ended well
  attempts   INTEGER NOT NULL,
  turns      INTEGER NOT NULL,              -- counts up with every attempt, so that each is taken once
  retry      INTEGER,
  skipped    INTEGER NOT NULL,
  skipped_at INTEGER,
  missed     INTEGER NOT NULL,
  missed_at  INTEGER
) STRICT, WITHOUT ROWID;

-- The scheduled time that a run is for; null for one that a person or another program started.
ALTER TABLE runs ADD COLUMN tick INTEGER;

-- Troubles that were or are to be told, one of a kind at a time for each pipeline. A row goes when its end was told.
CREATE TABLE alerts (
  pipeline TEXT    NOT NULL,
  problem  TEXT    NOT NULL CHECK (problem IN ('failed', 'overdue', 'budget')),
  id       TEXT    NOT NULL,
  since    INTEGER NOT NULL,
  code     TEXT    NOT NULL,
  detail   TEXT    NOT NULL,
  run      TEXT    NOT NULL,
  told     INTEGER,                         -- when the receiver took it
  over     INTEGER,                         -- when it ended
  tries    INTEGER NOT NULL,                -- of what is to be told now
  retry    INTEGER,
  PRIMARY KEY (pipeline, problem)
) STRICT, WITHOUT ROWID;
