-- table penalty
-- encoding gb18030
-- share 0.5
CREATE TABLE penalty (id INT PRIMARY KEY, name VARCHAR(50) CHARACTER SET latin1);
INSERT INTO penalty VALUES (1, 'plain'), (2, CONVERT(UNHEX('bcaab0b2') USING latin1)), (3, CONVERT(UNHEX('bcaaff') USING latin1));
