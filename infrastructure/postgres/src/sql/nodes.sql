-- What the frontier of so many events is restored from: of each height the nodes behind the last complete one of
-- the height above. Binds: $1 number of events.
SELECT height, number, hash FROM tree
WHERE number >= (($1::bigint >> (height + 8)) << 8) AND number < ($1::bigint >> height)
