-- Keys of a source that a counterparty has and we have not: ?1 source, ?2 key behind which the page begins, ?3 keys at most
SELECT DISTINCT theirs.key FROM row AS theirs
WHERE theirs.source = ?1 AND theirs.key > ?2 AND theirs.side = 0
  AND NOT EXISTS (
    SELECT 1 FROM row AS ours WHERE ours.source = ?1 AND ours.key = theirs.key AND ours.side = 1
  )
ORDER BY theirs.key
LIMIT ?3;
