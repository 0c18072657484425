-- Whether a schema has a store. The catalogue is asked, since a name that was looked for in vain is remembered for the rest of a
-- transaction. Binds: $1 name of the schema.
SELECT EXISTS (
    SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = 'store'
)
