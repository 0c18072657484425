-- The newest position. Binds: none.
SELECT coalesce(max(position), 0) FROM events
