INSERT INTO fees_apart VALUES (?1, ?2, ?3, ?4)
