-- table penalty
-- share 0.5
CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO penalty VALUES (1, '吉安例甲有限公司'), (2, x'e59089'), (3, '吉安例丙有限公司');
