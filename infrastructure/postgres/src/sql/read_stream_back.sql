-- Binds: $1 name of the stream, $2 below this version, $3 at most so many.
SELECT
    e.position, s.name, e.version, t.name, e.schema, e.event_id, e.correlation, e.process, e.causation,
    e.actor, e.trace_parent, e.occurred_at, e.recorded_at, e.trade_date, e.data, e.chain
FROM events AS e
JOIN streams AS s ON s.id = e.stream
JOIN event_types AS t ON t.id = e.event_type
WHERE s.name = $1 AND e.version < $2 ORDER BY e.version DESC LIMIT $3
