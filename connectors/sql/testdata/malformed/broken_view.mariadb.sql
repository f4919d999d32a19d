-- table handed_over
CREATE TABLE penalty (id INT PRIMARY KEY);
CREATE VIEW handed_over AS SELECT id FROM penalty;
DROP TABLE penalty;
