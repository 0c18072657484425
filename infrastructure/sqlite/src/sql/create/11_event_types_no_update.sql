-- Binds: none.
CREATE TRIGGER event_types_no_update BEFORE UPDATE ON event_types
BEGIN
    SELECT RAISE(ABORT, 'event_types are never changed nor removed');
END
