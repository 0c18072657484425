-- One row per stream that has events. The writer allocates the ids, in order of first append.
-- Binds: none.
CREATE TABLE streams (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT
