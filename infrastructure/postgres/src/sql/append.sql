-- All that a group of batches adds, if the writer still owns the store: one statement, so one round trip and all or nothing.
-- Binds: $1 epoch, $2 milliseconds that the lease goes on;
-- $3 ids and $4 names of new streams; $5 ids and $6 names of new event types;
-- $7 the position before the first event, $8 to $22 the columns of the events, one array each;
-- $23 heights, $24 numbers and $25 hashes of completed subtrees; $26 readers, $27 positions and $28 contents of checkpoints;
-- $29 the schema, for whoever waits for new events.
-- Returns one row, and none if another writer has the store.
WITH owner AS (
    UPDATE store SET lease_until = clock_timestamp() + $2::bigint * interval '1 millisecond'
    WHERE epoch = $1::bigint
    RETURNING one
), new_streams AS (
    INSERT INTO streams (id, name)
    SELECT n.id, n.name FROM owner, unnest($3::bigint[], $4::text[]) AS n (id, name)
), new_types AS (
    INSERT INTO event_types (id, name)
    SELECT n.id, n.name FROM owner, unnest($5::integer[], $6::text[]) AS n (id, name)
), new_events AS (
    INSERT INTO events (
        position, stream, version, event_type, schema, event_id, correlation, process, causation,
        actor, trace_parent, occurred_at, recorded_at, trade_date, data, chain
    )
    SELECT
        $7::bigint + n.nth, n.stream, n.version, n.event_type, n.schema, n.event_id, n.correlation, n.process, n.causation,
        n.actor, n.trace_parent, n.occurred_at, n.recorded_at, n.trade_date, n.data, n.chain
    FROM owner, unnest(
        $8::bigint[], $9::bigint[], $10::integer[], $11::integer[], $12::bytea[], $13::text[], $14::text[], $15::text[],
        $16::text[], $17::text[], $18::bigint[], $19::bigint[], $20::date[], $21::text[], $22::bytea[]
    ) WITH ORDINALITY AS n (
        stream, version, event_type, schema, event_id, correlation, process, causation,
        actor, trace_parent, occurred_at, recorded_at, trade_date, data, chain, nth
    )
), new_nodes AS (
    INSERT INTO tree (height, number, hash)
    SELECT n.height, n.number, n.hash FROM owner, unnest($23::integer[], $24::bigint[], $25::bytea[]) AS n (height, number, hash)
), saved AS (
    INSERT INTO checkpoints (reader, position, content)
    SELECT n.reader, n.position, n.content FROM owner, unnest($26::text[], $27::bigint[], $28::bytea[]) AS n (reader, position, content)
    ON CONFLICT (reader) DO UPDATE SET position = excluded.position, content = excluded.content
)
SELECT pg_notify('fundflow_events', $29::text) FROM owner
