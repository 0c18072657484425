INSERT INTO accounts (code, class, commodity, side, customers, request, investor, case_id, balance)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (code) DO UPDATE SET balance = balance + excluded.balance
RETURNING id
