INSERT INTO quotas VALUES ('{quota}', '{request}', 'INV-1', '{fund}', '305', '2026-02-13', 0);
