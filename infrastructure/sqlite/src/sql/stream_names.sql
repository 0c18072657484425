-- Binds: ?1 first name, ?2 the first name that is no longer wanted, ?3 at most so many, all of them below 0.
SELECT name FROM streams WHERE name >= ?1 AND name < ?2 ORDER BY name LIMIT ?3
