-- Binds: none.
SELECT randomblob(16)
