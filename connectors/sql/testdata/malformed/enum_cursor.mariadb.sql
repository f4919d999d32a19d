-- table penalty
-- cursor state
CREATE TABLE penalty (id INT PRIMARY KEY, state ENUM('open', 'closed'));
