CREATE INDEX IF NOT EXISTS by_name ON stream (name);
