-- Format of the store. Binds: none.
SELECT format FROM store
