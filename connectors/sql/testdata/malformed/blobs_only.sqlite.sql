-- table penalty
CREATE TABLE penalty (name BLOB);
INSERT INTO penalty VALUES (x'00');
