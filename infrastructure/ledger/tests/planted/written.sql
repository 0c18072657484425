SELECT COALESCE(SUM(times), 0) FROM written
