-- Where the pipeline stood before the run moved its cursor, so that the run can be undone; null in runs that moved none, and
-- in those from before these columns.
ALTER TABLE runs ADD COLUMN cursor_before BLOB;
ALTER TABLE runs ADD COLUMN inputs_before TEXT;

-- Runs that are not wholly told are few, and so are the commits of the last days.
CREATE INDEX runs_untold ON runs (kind) WHERE state <> 'open' AND published < inserted + updated + deleted;
CREATE INDEX commits_by_time ON commits (kind, closed) WHERE state IN ('closed', 'applied');
DROP INDEX runs_not_cleaned;
