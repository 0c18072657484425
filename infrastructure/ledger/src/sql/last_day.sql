SELECT MAX(day) FROM entries
