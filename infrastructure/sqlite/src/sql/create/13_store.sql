-- The store's own name, drawn at random when it is made; a file may be renamed, moved and linked.
-- Binds: none.
CREATE TABLE store (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    identity BLOB NOT NULL
) STRICT
