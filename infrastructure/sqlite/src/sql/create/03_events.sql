-- One row per event, in commit order. docs/STORE_FORMAT.md explains it field by field.
-- Binds: none.
CREATE TABLE events (
    position     INTEGER PRIMARY KEY,
    stream       INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    event_type   INTEGER NOT NULL,
    schema       INTEGER NOT NULL,
    event_id     BLOB NOT NULL,
    correlation  ANY NOT NULL,
    process      TEXT NOT NULL,
    causation    TEXT NOT NULL,
    actor        TEXT NOT NULL,
    trace_parent TEXT,
    occurred_at  INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    trade_date   INTEGER,
    data         TEXT NOT NULL,
    chain        BLOB NOT NULL,
    UNIQUE (stream, version)
) STRICT
