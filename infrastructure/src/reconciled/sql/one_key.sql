-- ?1 source, ?2 key
SELECT source, key, body FROM row WHERE source = ?1 AND key = ?2 ORDER BY side, nth;
