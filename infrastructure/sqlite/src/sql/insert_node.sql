-- Binds: ?1 height, ?2 number, ?3 hash.
INSERT INTO tree (height, number, hash) VALUES (?1, ?2, ?3)
