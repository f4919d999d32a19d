-- table penalty
-- after scramble
CREATE TABLE penalty (id INTEGER PRIMARY KEY);
