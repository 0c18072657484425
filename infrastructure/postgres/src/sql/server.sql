-- Whether this server stores what it acknowledges. Binds: none.
SELECT
    current_setting('server_version_num')::integer, current_setting('server_version'),
    current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',
    current_setting('synchronous_commit'), pg_is_in_recovery()
