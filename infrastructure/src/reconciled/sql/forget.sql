-- ?1 source, ?2 side
DELETE FROM row WHERE source = ?1 AND side = ?2;
