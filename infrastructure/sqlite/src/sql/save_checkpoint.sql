-- Binds: ?1 reader, ?2 position, ?3 kept.
INSERT INTO checkpoints (reader, position, kept) VALUES (?1, ?2, ?3)
ON CONFLICT (reader) DO UPDATE SET position = excluded.position, kept = excluded.kept
