-- Binds: $1 after this id, $2 at most so many.
SELECT id, name FROM streams WHERE id > $1 ORDER BY id LIMIT $2
