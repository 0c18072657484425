-- What a connection that appends has said at some time. Binds: none; a part of the statement of the store.
INSERT INTO events