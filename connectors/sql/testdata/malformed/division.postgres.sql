-- query SELECT id, 1 / (id - 2) AS x FROM penalty
CREATE TABLE penalty (id int PRIMARY KEY);
INSERT INTO penalty VALUES (1), (2);
