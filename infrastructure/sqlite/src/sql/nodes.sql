-- All that is kept of the tree.
-- Binds: none.
SELECT height, number, hash FROM tree ORDER BY height, number
