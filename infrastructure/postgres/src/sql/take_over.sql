-- Takes a store that nobody has, or whose lease is over. Binds: $1 the new owner, $2 seconds of the lease.
UPDATE store SET
    epoch = epoch + 1, owner = $1, owned_since = clock_timestamp(),
    lease_until = clock_timestamp() + make_interval(secs => $2::float8)
WHERE lease_until <= clock_timestamp()
RETURNING epoch
