INSERT INTO closings VALUES (?1, ?2, ?3)
