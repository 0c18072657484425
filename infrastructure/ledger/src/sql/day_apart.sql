INSERT INTO days_apart VALUES (?1, ?2, ?3)
