-- What stands where a repeated append wants to write.
-- Binds: ?1 stream id, ?2 after this version, ?3 at most so many.
SELECT position, event_id FROM events WHERE stream = ?1 AND version > ?2 ORDER BY version LIMIT ?3
