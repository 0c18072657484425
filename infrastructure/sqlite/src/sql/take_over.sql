-- Raises the epoch and answers the new one.
-- Binds: ?1 who takes over.
INSERT INTO writer (one, epoch, owner) VALUES (1, 1, ?1)
ON CONFLICT (one) DO UPDATE SET epoch = epoch + 1, owner = excluded.owner
RETURNING epoch
