-- ?1 number behind which the page begins, ?2 rows at most
SELECT nth, sender, body FROM waiting WHERE nth > ?1 ORDER BY nth LIMIT ?2;
