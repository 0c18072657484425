-- Roots of the complete subtrees over 256, 65536, … events: heights 8, 16, …; numbers from 0 within a height.
-- Binds: none.
CREATE TABLE tree (
    height INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (height, number)
) STRICT, WITHOUT ROWID
