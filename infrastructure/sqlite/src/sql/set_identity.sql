-- Binds: ?1 16 bytes.
INSERT INTO store (one, identity) VALUES (1, ?1)
ON CONFLICT (one) DO UPDATE SET identity = excluded.identity
