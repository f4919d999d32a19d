-- table penalty
CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO penalty VALUES (1, CAST(x'610062' AS TEXT)), (2, 'whole');
