-- table penalty
-- encoding gbk
-- share 0.5
CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO penalty VALUES (1, CAST(x'bcaab0b2' AS TEXT)), (2, CAST(x'bcaab0ff' AS TEXT)), (3, 'plain');
