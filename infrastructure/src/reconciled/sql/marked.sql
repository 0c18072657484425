-- ?1 name
SELECT body FROM mark WHERE name = ?1;
