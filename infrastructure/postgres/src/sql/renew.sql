-- Binds: $1 epoch, $2 seconds of the lease. Returns no row if another writer has the store.
UPDATE store SET lease_until = clock_timestamp() + make_interval(secs => $2::float8) WHERE epoch = $1 RETURNING epoch
