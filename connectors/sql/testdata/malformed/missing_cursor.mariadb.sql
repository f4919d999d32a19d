-- table penalty
-- cursor update_time
CREATE TABLE penalty (id INT PRIMARY KEY, updated_time DATETIME);
