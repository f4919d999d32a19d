-- query SELECT a.id, b.id FROM penalty a, penalty b
CREATE TABLE penalty (id INTEGER PRIMARY KEY);
INSERT INTO penalty VALUES (1);
