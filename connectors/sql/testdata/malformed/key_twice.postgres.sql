-- table penalty
-- key case_no
CREATE TABLE penalty (id int PRIMARY KEY, case_no text);
INSERT INTO penalty VALUES (1, '2024-1'), (2, '2024-2'), (3, '2024-2');
