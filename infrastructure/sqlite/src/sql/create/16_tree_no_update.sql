-- Binds: none.
CREATE TRIGGER tree_no_update BEFORE UPDATE ON tree
BEGIN
    SELECT RAISE(ABORT, 'nodes of the tree are never changed nor removed');
END
