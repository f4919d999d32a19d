-- table handed_over
CREATE TABLE penalty (id INTEGER PRIMARY KEY);
CREATE VIEW handed_over AS SELECT id, nonsense FROM penalty;
