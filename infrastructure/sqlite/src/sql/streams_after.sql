-- The streams after one already known, in order of first use.
-- Binds: ?1 the last known id, ?2 at most so many.
SELECT id, name FROM streams WHERE id > ?1 ORDER BY id LIMIT ?2
