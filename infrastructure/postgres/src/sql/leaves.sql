-- What the leaves behind the last stored node are made of. Binds: $1 after this position, $2 up to that one.
SELECT e.position, s.name, e.version, e.chain
FROM events AS e JOIN streams AS s ON s.id = e.stream
WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position
