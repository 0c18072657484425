-- Binds: $1 epoch, $2 milliseconds of the lease. Returns no row if another writer has the store.
UPDATE store SET lease_until = clock_timestamp() + $2::bigint * interval '1 millisecond' WHERE epoch = $1 RETURNING epoch
