-- table penalty
-- after truncate
CREATE TABLE penalty (id INTEGER PRIMARY KEY, name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO penalty SELECT i, '吉安例第' || i || '号有限公司' FROM n;
