-- Binds: ?1 stream number, ?2 at most so many.
SELECT
    position, stream, version, event_type, schema, event_id, correlation, process, causation,
    actor, trace_parent, occurred_at, recorded_at, trade_date, data, chain
FROM events WHERE stream = ?1 ORDER BY version LIMIT ?2
