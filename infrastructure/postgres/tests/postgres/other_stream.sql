-- A stream of which nobody knows yet whether it stays. Binds: none; {schema} stands for the name of a schema.
INSERT INTO {schema}.streams VALUES (77, 'wallet-1')
