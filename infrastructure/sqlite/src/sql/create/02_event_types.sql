-- Event types, each written once. The writer allocates the ids.
-- Binds: none.
CREATE TABLE event_types (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT
