-- The newest committed position, 0 in an empty store.
-- Binds: none.
SELECT coalesce(max(position), 0) FROM events
