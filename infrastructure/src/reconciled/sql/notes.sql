-- ?1 kind
SELECT key, body FROM noted WHERE kind = ?1 ORDER BY key;
