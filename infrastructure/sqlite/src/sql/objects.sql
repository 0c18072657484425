-- What the database is made of; statistics that somebody had gathered are no part of it.
-- Binds: none.
SELECT type, name, tbl_name, sql, rootpage = 0 FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat_'
