-- Binds: none.
CREATE TRIGGER streams_no_delete BEFORE DELETE ON streams
BEGIN
    SELECT RAISE(ABORT, 'streams are never changed nor removed');
END
