-- Who may append, and how many milliseconds the lease still has. Binds: none.
SELECT owner, greatest(0, ceil(extract(epoch FROM lease_until - clock_timestamp()) * 1000))::bigint FROM store
WHERE lease_until > clock_timestamp()
