-- table public.penalties
CREATE TABLE penalty (id int PRIMARY KEY);
