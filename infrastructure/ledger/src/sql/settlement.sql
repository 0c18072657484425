-- Settlement, counterparty, T, day of pay; receivable, payable, fees, net, moved, remains; request.
INSERT INTO settlements VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (settlement) DO UPDATE SET moved = excluded.moved, remains = excluded.remains
