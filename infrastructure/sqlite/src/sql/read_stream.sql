-- Binds: ?1 stream name, ?2 after this version, ?3 at most so many.
SELECT
    position, stream, version, event_type, schema, event_id, correlation, process, causation,
    actor, trace_parent, occurred_at, recorded_at, trade_date, data, chain
FROM events
WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND version > ?2
ORDER BY version LIMIT ?3
