-- Binds: none.
SELECT tree_hash FROM store
