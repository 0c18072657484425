-- Binds: none.
SELECT identity FROM store
