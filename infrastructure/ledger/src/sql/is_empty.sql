SELECT count(*) = 0 FROM sqlite_schema
