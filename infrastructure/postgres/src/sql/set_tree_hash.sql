-- Binds: $1 name of the hash.
UPDATE store SET tree_hash = $1
