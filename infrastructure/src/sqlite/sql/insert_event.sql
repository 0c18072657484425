-- Binds: ?1 position, ?2 stream id, ?3 version, ?4 event type id, ?5 schema, ?6 event id,
-- ?7 correlation (text, or how many bytes of the stream's ID), ?8 causation, ?9 actor,
-- ?10 trace parent, ?11 occurred at, ?12 recorded at (microseconds since 1970), ?13 trade date (days
-- since 1970), ?14 data, ?15 chain.
INSERT INTO events (
    position, stream, version, event_type, schema, event_id, correlation, causation, actor,
    trace_parent, occurred_at, recorded_at, trade_date, data, chain
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
