-- table penalty
CREATE TABLE penalty (id int PRIMARY KEY, name bytea);
