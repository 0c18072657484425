-- ?1 kind, ?2 key, ?3 body
INSERT INTO noted VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = excluded.body;
