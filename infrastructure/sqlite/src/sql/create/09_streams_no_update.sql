-- Binds: none.
CREATE TRIGGER streams_no_update BEFORE UPDATE ON streams
BEGIN
    SELECT RAISE(ABORT, 'streams are never changed nor removed');
END
