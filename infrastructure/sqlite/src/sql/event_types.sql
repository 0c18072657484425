-- Every event type after one already known.
-- Binds: ?1 the last known id.
SELECT id, name FROM event_types WHERE id > ?1 ORDER BY id
