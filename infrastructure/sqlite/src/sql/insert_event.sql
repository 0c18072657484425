-- Binds: ?1 position, ?2 stream id, ?3 version, ?4 event type id, ?5 schema, ?6 event id,
-- ?7 correlation (text, or how many bytes of the stream's ID), ?8 process, ?9 causation, ?10 actor,
-- ?11 trace parent, ?12 occurred at, ?13 recorded at (microseconds since 1970), ?14 trade date (days
-- since 1970), ?15 data, ?16 chain.
INSERT INTO events (
    position, stream, version, event_type, schema, event_id, correlation, process, causation,
    actor, trace_parent, occurred_at, recorded_at, trade_date, data, chain
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
