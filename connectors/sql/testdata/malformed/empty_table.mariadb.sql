-- table penalty
CREATE TABLE penalty (id INT PRIMARY KEY);
