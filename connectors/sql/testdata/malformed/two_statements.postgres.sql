-- query SELECT 1 AS id; DELETE FROM penalty
CREATE TABLE penalty (id int PRIMARY KEY);
