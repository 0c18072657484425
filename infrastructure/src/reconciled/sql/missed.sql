-- Whether a row of ours that says an event has no record of its key: ?1 source
SELECT EXISTS (
    SELECT 1 FROM row AS ours
    WHERE ours.source = ?1 AND ours.side = 1 AND json_extract(ours.body, '$.stand.event') IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM row AS theirs WHERE theirs.source = ?1 AND theirs.key = ours.key AND theirs.side = 0
      )
);
