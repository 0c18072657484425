-- A stream's id and version; no row if there is no such stream.
-- Binds: ?1 name.
SELECT s.id, coalesce((SELECT max(e.version) FROM events AS e WHERE e.stream = s.id), 0)
FROM streams AS s WHERE s.name = ?1
