-- Binds: none; {schema} stands for a name of lower-case letters, digits and underscores.
CREATE SCHEMA IF NOT EXISTS {schema}
