-- Whether several rows of ours have one key: ?1 source
SELECT EXISTS (
    SELECT 1 FROM row WHERE source = ?1 AND side = 1 GROUP BY key HAVING COUNT(*) > 1
);
