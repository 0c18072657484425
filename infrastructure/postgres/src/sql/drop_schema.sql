-- Binds: none; {schema} stands for the name of a schema that was made to try something in.
DROP SCHEMA IF EXISTS {schema} CASCADE
