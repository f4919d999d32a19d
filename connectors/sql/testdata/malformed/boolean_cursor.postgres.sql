-- table penalty
-- cursor done
CREATE TABLE penalty (id int PRIMARY KEY, done boolean);
