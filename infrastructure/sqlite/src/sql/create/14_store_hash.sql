-- Which hash the tree over the events is made with; never changed once there is an event.
-- Binds: none.
ALTER TABLE store ADD COLUMN tree_hash TEXT NOT NULL DEFAULT 'sha256'
