-- query SELECT spoil() AS id
CREATE TABLE penalty (id int PRIMARY KEY);
CREATE FUNCTION spoil() RETURNS int LANGUAGE sql AS 'INSERT INTO penalty VALUES (1) RETURNING id';
