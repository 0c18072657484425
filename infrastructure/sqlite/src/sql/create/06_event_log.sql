-- The events as an auditor reads them: names for numbers, times in UTC.
-- Binds: none.
CREATE VIEW event_log AS
SELECT
    e.position,
    s.name AS stream,
    e.version,
    t.name AS event_type,
    e.schema,
    lower(hex(e.event_id)) AS event_id,
    CASE typeof(e.correlation)
        WHEN 'integer' THEN substr(s.name, instr(s.name, '-') + 1, e.correlation)
        ELSE e.correlation
    END AS correlation_id,
    e.process,
    e.causation AS causation_id,
    CASE substr(e.actor, 1, 1)
        WHEN 'i' THEN 'investor' || substr(e.actor, 2)
        WHEN 'c' THEN 'counterparty' || substr(e.actor, 2)
        WHEN 'o' THEN 'operator' || substr(e.actor, 2)
        ELSE 'engine'
    END AS actor,
    e.trace_parent,
    strftime('%Y-%m-%dT%H:%M:%S', e.occurred_at / 1000000, 'unixepoch')
        || printf('.%06dZ', e.occurred_at % 1000000) AS occurred_at,
    strftime('%Y-%m-%dT%H:%M:%S', e.recorded_at / 1000000, 'unixepoch')
        || printf('.%06dZ', e.recorded_at % 1000000) AS recorded_at,
    date(e.trade_date * 86400, 'unixepoch') AS trade_date,
    e.data,
    lower(hex(e.chain)) AS chain
FROM events AS e
JOIN streams AS s ON s.id = e.stream
JOIN event_types AS t ON t.id = e.event_type
