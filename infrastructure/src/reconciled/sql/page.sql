-- ?1 source and ?2 key behind which the page begins, ?3 rows at most
SELECT source, key, body FROM row
WHERE (source, key) > (?1, ?2)
ORDER BY source, key, side, nth
LIMIT ?3;
