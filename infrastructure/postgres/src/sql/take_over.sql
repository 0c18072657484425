-- Takes a store that nobody has, or whose lease is over. Binds: $1 the new owner, $2 milliseconds of the lease.
UPDATE store SET
    epoch = epoch + 1, owner = $1, owned_since = clock_timestamp(),
    lease_until = clock_timestamp() + $2::bigint * interval '1 millisecond'
WHERE lease_until <= clock_timestamp()
RETURNING epoch
