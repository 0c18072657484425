-- All that a writer goes on from, of one moment. Binds: none.
SELECT
    epoch, owner, tree_hash,
    coalesce((SELECT max(position) FROM events), 0),
    coalesce((SELECT max(id) FROM streams), 0)
FROM store
