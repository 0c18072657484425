-- ?1 key
SELECT text FROM text WHERE key = ?1;
