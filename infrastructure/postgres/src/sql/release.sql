-- The next writer need not wait for the end of the lease. Binds: $1 epoch.
UPDATE store SET lease_until = '-infinity' WHERE epoch = $1
