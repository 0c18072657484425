-- One row `ok`, or one per fault.
-- Binds: none.
PRAGMA integrity_check
