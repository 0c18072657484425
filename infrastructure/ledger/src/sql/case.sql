INSERT INTO cases VALUES (?1, ?2, ?3)
ON CONFLICT (case_id) DO UPDATE SET is_open = excluded.is_open
