-- A consistent copy while the writer goes on.
-- Binds: ?1 path of the copy, which must not exist.
VACUUM INTO ?1
