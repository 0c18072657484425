-- One group of purchases, in one statement: nothing is planned, looked up or decided. Binds: $1 ids and $2 names of streams,
-- $3 the position before the first event, $4 stream, $5 version, $6 event ID, $7 correlation, $8 data, $9 link.
WITH new_streams AS (
    INSERT INTO streams (id, name) SELECT n.id, n.name FROM unnest($1::bigint[], $2::text[]) AS n (id, name)
)
INSERT INTO events (
    position, stream, version, event_type, schema, event_id, correlation, process, causation, actor, trace_parent,
    occurred_at, recorded_at, trade_date, data, chain
)
SELECT
    $3::bigint + n.nth, n.stream, n.version, 1, 1, n.event_id, n.correlation, 'discount_purchase', 'registrar', 'engine', NULL,
    1770966000123456, 1770966000123456, '2026-02-13', n.data, n.chain
FROM unnest($4::bigint[], $5::bigint[], $6::bytea[], $7::text[], $8::text[], $9::bytea[])
WITH ORDINALITY AS n (stream, version, event_id, correlation, data, chain, nth)
