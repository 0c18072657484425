-- The tables of format 1, in the schema that the connection is set to. Binds: none.

-- One row: whose store this is, and who may append. Each taking over raises the epoch, each append checks it and puts off
-- the end of the lease.
CREATE TABLE store (
    one         integer PRIMARY KEY CHECK (one = 1),
    format      integer NOT NULL,
    identity    uuid NOT NULL,
    tree_hash   text NOT NULL,
    epoch       bigint NOT NULL,
    owner       text NOT NULL,
    owned_since timestamptz NOT NULL,
    lease_until timestamptz NOT NULL
);

-- One row per stream that has events. The writer gives the ids, from 1, in order of first append.
CREATE TABLE streams (
    id   bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

-- Event types, each written once. The writer gives the ids, from 1.
CREATE TABLE event_types (
    id   integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);

-- One row per event, in commit order: the writer gives the positions, from 1 without a gap. Instants are microseconds since
-- 1970, in UTC; data is the JSON of the event byte by byte, which jsonb would not keep.
CREATE TABLE events (
    position     bigint PRIMARY KEY,
    stream       bigint NOT NULL,
    version      bigint NOT NULL,
    event_type   integer NOT NULL,
    schema       integer NOT NULL,
    event_id     bytea NOT NULL,
    correlation  text NOT NULL,
    process      text NOT NULL,
    causation    text NOT NULL,
    actor        text NOT NULL,
    trace_parent text,
    occurred_at  bigint NOT NULL,
    recorded_at  bigint NOT NULL,
    trade_date   date,
    data         text NOT NULL,
    chain        bytea NOT NULL,
    UNIQUE (stream, version)
);

-- Roots of the complete subtrees over 256, 65536, … events: heights 8, 16, …; numbers from 0 within a height.
CREATE TABLE tree (
    height integer NOT NULL,
    number bigint NOT NULL,
    hash   bytea NOT NULL,
    PRIMARY KEY (height, number)
);

-- How far readers have come. A cache: rows change, and may be deleted.
CREATE TABLE checkpoints (
    reader   text PRIMARY KEY,
    position bigint NOT NULL,
    content  bytea NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are never changed nor removed', TG_TABLE_NAME USING ERRCODE = 'raise_exception';
END $$;

CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER streams_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON streams
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_types_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON event_types
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tree_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON tree
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The events as an auditor reads them: names for numbers, times in UTC.
CREATE VIEW event_log AS
SELECT
    e.position,
    s.name AS stream,
    e.version,
    t.name AS event_type,
    e.schema,
    encode(e.event_id, 'hex') AS event_id,
    e.correlation AS correlation_id,
    e.process,
    e.causation AS causation_id,
    e.actor,
    e.trace_parent,
    to_timestamp(0) + e.occurred_at * interval '1 microsecond' AS occurred_at,
    to_timestamp(0) + e.recorded_at * interval '1 microsecond' AS recorded_at,
    e.trade_date,
    e.data,
    encode(e.chain, 'hex') AS chain
FROM events AS e
JOIN streams AS s ON s.id = e.stream
JOIN event_types AS t ON t.id = e.event_type;

INSERT INTO store (one, format, identity, tree_hash, epoch, owner, owned_since, lease_until)
VALUES (1, 1, gen_random_uuid(), 'sha256', 0, '', '-infinity', '-infinity');
