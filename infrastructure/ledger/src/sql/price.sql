INSERT INTO prices VALUES (?1, ?2, ?3)
ON CONFLICT (fund) DO UPDATE SET t = excluded.t, nav = excluded.nav
WHERE excluded.t >= prices.t OR prices.t IS NULL
