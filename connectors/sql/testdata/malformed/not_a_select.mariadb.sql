-- query DELETE FROM penalty
CREATE TABLE penalty (id INT PRIMARY KEY);
