INSERT INTO counted VALUES (?1, ?2, ?3)
