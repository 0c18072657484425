-- Binds: ?1 the hash's name.
UPDATE store SET tree_hash = ?1
