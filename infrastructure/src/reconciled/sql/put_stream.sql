-- ?1 name
INSERT INTO stream (name) VALUES (?1);
