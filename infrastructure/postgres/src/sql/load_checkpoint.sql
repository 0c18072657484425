-- Binds: $1 reader.
SELECT position, content FROM checkpoints WHERE reader = $1
