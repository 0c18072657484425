-- What a reconciliation needs to go on where it was killed.
--   mark     how far it has come, by the name of what it does
--   stream   names of streams that moved, as often as they did
--   waiting  rows of whoever may owe no files
--   noted    what is remembered of cases, and breaks that a list shows
CREATE TABLE mark (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stream (nth INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE waiting (nth INTEGER PRIMARY KEY, sender TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE noted (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
