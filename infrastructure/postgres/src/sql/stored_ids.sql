-- Binds: $1 stream, $2 after this version, $3 at most so many. Returns position and event ID.
SELECT position, event_id FROM events WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3
