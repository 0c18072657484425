-- Binds: none.
SELECT id, name FROM event_types ORDER BY id
