-- How far readers have come. A cache: rows change, and may be deleted.
-- Binds: none.
CREATE TABLE checkpoints (
    reader   TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    kept     BLOB NOT NULL
) STRICT
