-- The beginnings of several streams, in the order asked. Binds: $1 names, $2 at most so many of each.
-- Returns the columns of an event, then the place of its stream among the names, from 1.
SELECT
    e.position, s.name, e.version, t.name, e.schema, e.event_id, e.correlation, e.process, e.causation,
    e.actor, e.trace_parent, e.occurred_at, e.recorded_at, e.trade_date, e.data, e.chain, asked.nth
FROM unnest($1::text[]) WITH ORDINALITY AS asked (name, nth)
JOIN streams AS s ON s.name = asked.name
CROSS JOIN LATERAL (
    SELECT * FROM events AS of_stream WHERE of_stream.stream = s.id ORDER BY of_stream.version LIMIT $2
) AS e
JOIN event_types AS t ON t.id = e.event_type
ORDER BY asked.nth, e.version
