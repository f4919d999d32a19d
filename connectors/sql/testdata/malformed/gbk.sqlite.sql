-- table penalty
CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO penalty VALUES (1, CAST(x'bcaab0b2' AS TEXT));
