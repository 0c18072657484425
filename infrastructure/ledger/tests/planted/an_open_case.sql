INSERT INTO cases VALUES ('c1', 'TX1', 1);
