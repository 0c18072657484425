-- Binds: ?1 first name, ?2 the first name that is no longer wanted.
SELECT name FROM streams WHERE name >= ?1 AND name < ?2 ORDER BY name
