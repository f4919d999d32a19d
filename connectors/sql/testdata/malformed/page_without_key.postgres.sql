-- table penalty
-- page 10
CREATE TABLE penalty (id int);
INSERT INTO penalty VALUES (1);
