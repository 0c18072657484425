-- Binds: ?1 height, ?2 number.
SELECT hash FROM tree WHERE height = ?1 AND number = ?2
