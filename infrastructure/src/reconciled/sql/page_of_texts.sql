-- ?1 key behind which the page begins, ?2 keys at most
SELECT key FROM text WHERE key > ?1 ORDER BY key LIMIT ?2;
