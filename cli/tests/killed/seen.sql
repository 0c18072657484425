-- How many rows are put aside, and the key behind which the next are joined.
SELECT
    (SELECT COUNT(*) FROM row),
    COALESCE((SELECT json_extract(body, '$.after') FROM mark WHERE name = 'joined'), '');
