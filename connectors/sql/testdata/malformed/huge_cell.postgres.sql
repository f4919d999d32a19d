-- table penalty
CREATE TABLE penalty (id int PRIMARY KEY, name text);
INSERT INTO penalty VALUES (1, 'whole'), (2, repeat('x', 1048577)), (3, 'whole');
