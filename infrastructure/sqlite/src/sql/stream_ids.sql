-- The numbers of those names that a stream has; what is not bound is no name.
-- Binds: ?1 to ?10 names.
SELECT name, id FROM streams WHERE name IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
