CREATE INDEX IF NOT EXISTS by_key ON row (source, key, side, nth);
