-- Two programs that begin the same store do it one after the other. Binds: $1 name of the schema.
SELECT pg_advisory_xact_lock(hashtextextended('fundflow store in schema ' || $1, 0))
