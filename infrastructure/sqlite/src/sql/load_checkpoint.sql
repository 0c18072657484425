-- Binds: ?1 reader.
SELECT position, kept FROM checkpoints WHERE reader = ?1
