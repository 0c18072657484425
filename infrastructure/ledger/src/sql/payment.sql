INSERT INTO payments VALUES (?1, ?2, ?3)
