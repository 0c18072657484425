-- A store of so many events, each the first of its stream: what the text :events says.
-- Binds: none.
INSERT INTO event_types VALUES (1, 'lamp.lit');
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < :events)
INSERT INTO streams (id, name) SELECT i, 'lamp-' || i FROM n;
INSERT INTO events
SELECT id, id, 1, 1, 1, zeroblob(16), 'TX', 'lamp', 'c', 'e', NULL, 1, 1, NULL, '{}', zeroblob(32) FROM streams;
