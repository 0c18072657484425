-- The tables of the hand-written group commit, with the columns and the indexes of a store. Binds: none.
CREATE TABLE streams (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE events (
    position bigint PRIMARY KEY, stream bigint NOT NULL, version bigint NOT NULL, event_type integer NOT NULL,
    schema integer NOT NULL, event_id bytea NOT NULL, correlation text NOT NULL, process text NOT NULL, causation text NOT NULL,
    actor text NOT NULL, trace_parent text, occurred_at bigint NOT NULL, recorded_at bigint NOT NULL, trade_date date,
    data text NOT NULL, chain bytea NOT NULL, UNIQUE (stream, version)
);
