-- Binds: ?1 position.
SELECT chain FROM events WHERE position = ?1
