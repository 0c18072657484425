-- Binds: none.
CREATE TRIGGER event_types_no_delete BEFORE DELETE ON event_types
BEGIN
    SELECT RAISE(ABORT, 'event_types are never changed nor removed');
END
