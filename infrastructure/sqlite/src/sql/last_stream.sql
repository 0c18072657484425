-- The last stream id given away, 0 in an empty store.
-- Binds: none.
SELECT coalesce(max(id), 0) FROM streams
