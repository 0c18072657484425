-- ?1 source, ?2 key, ?3 side, ?4 body
INSERT INTO row (source, key, side, body) VALUES (?1, ?2, ?3, ?4);
