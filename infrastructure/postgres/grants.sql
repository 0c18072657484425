-- What the user of an engine may do in a schema that somebody else owns: add and read, neither change nor remove.
-- Binds: the variables schema and engine of psql.
REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM PUBLIC;
GRANT USAGE ON SCHEMA :"schema" TO :"engine";
GRANT SELECT, INSERT ON :"schema".events, :"schema".streams, :"schema".event_types, :"schema".tree TO :"engine";
GRANT SELECT, INSERT, UPDATE, DELETE ON :"schema".checkpoints TO :"engine";
GRANT SELECT, UPDATE (epoch, owner, owned_since, lease_until) ON :"schema".store TO :"engine";
GRANT SELECT ON :"schema".event_log TO :"engine";
