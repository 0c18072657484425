-- Where streams end. Binds: $1 names. Returns name, id, version of the streams that are there.
SELECT s.name, s.id, coalesce((SELECT max(e.version) FROM events AS e WHERE e.stream = s.id), 0)
FROM streams AS s WHERE s.name = ANY ($1::text[])
