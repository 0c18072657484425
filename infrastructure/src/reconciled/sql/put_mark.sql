-- ?1 name, ?2 body
INSERT INTO mark VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = excluded.body;
