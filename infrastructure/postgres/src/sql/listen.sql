-- New heads of the stores of this database are said here. Binds: none.
LISTEN fundflow_events
