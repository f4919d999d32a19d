-- table penalty
-- key name
-- share 0.5
CREATE TABLE penalty (name TEXT, note TEXT);
INSERT INTO penalty VALUES ('欧阳拟源', 'a'), ('于试思', CAST(x'ff' AS TEXT));
