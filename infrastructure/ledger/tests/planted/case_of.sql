INSERT INTO cases VALUES ('c1', '{request}', 0);
