-- table penalty
-- cursor changed
CREATE TABLE penalty (id int PRIMARY KEY, changed timestamptz);
INSERT INTO penalty VALUES (1, 'infinity'), (2, '-infinity'), (3, '0044-03-15 BC'), (4, NULL);
