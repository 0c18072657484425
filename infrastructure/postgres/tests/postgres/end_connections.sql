-- Ends the connections of the writers of one schema. Binds: $1 its name.
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
JOIN pg_locks AS l ON l.pid = a.pid
JOIN pg_class AS c ON c.oid = l.relation AND c.relname = 'events'
JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = $1
WHERE a.pid <> pg_backend_pid()
