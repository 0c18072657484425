-- Who may append.
-- Binds: none.
SELECT epoch, owner FROM writer
