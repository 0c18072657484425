-- Texts by their key, until the process ends.
CREATE TABLE text (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
