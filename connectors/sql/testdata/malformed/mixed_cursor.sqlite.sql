-- table penalty
-- cursor changed
CREATE TABLE penalty (id INTEGER PRIMARY KEY, changed);
INSERT INTO penalty VALUES (1, '2024-01-03 00:00:00'), (2, 1704240000), (3, NULL), (4, '');
