-- table penalty
CREATE TABLE penalty (id INT PRIMARY KEY, name BLOB);
INSERT INTO penalty VALUES (1, 'x');
