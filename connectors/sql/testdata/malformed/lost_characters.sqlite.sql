-- table penalty
-- share 0.5
CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO penalty VALUES (1, '吉安' || char(65533) || '有限公司'), (2, 'whole');
