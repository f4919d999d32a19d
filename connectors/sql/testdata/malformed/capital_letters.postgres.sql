-- table penalty
CREATE TABLE "Penalty" (id int PRIMARY KEY);
