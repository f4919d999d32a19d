-- table penalty
-- cursor changed
SET SESSION sql_mode = '';
CREATE TABLE penalty (id INT PRIMARY KEY, changed DATETIME NOT NULL, day DATE);
INSERT INTO penalty VALUES (1, '0000-00-00 00:00:00', '0000-00-00'), (2, '2024-01-03 00:00:00', '2024-02-00');
