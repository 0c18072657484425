INSERT INTO differences VALUES (?1, ?2)
ON CONFLICT (case_id) DO UPDATE SET remembered = excluded.remembered
