-- Binds: ?1 stream id.
SELECT name FROM streams WHERE id = ?1
