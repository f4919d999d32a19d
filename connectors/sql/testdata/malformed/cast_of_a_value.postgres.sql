-- query SELECT id, day::date AS day FROM penalty
CREATE TABLE penalty (id int PRIMARY KEY, day text);
INSERT INTO penalty VALUES (1, '2024-01-03'), (2, '欧阳拟源 36080219900101982X');
