DELETE FROM counts WHERE day_limit = ?1 AND request = ?2
