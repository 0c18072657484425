-- Whether the tables are there, the last of them.
SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'noted');
