-- Binds: ?1 id, ?2 name.
INSERT INTO event_types (id, name) VALUES (?1, ?2)
