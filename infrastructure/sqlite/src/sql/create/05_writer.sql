-- The one process that may append: each opening raises the epoch, each append checks it.
-- Binds: none.
CREATE TABLE writer (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    owner TEXT NOT NULL
) STRICT
