-- Rows of both sides until they are joined: side 0 is a counterparty's, 1 ours.
CREATE TABLE row (
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    side INTEGER NOT NULL,
    nth INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
