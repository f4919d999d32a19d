-- table penalty
CREATE TABLE penalty ();
