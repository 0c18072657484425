-- ?1 name behind which the page begins, ?2 names at most
SELECT DISTINCT name FROM stream WHERE name > ?1 ORDER BY name LIMIT ?2;
