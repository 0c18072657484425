UPDATE accounts
SET balance = balance + (SELECT SUM(amount) FROM sub_accounts WHERE account = accounts.id)
WHERE id IN (SELECT account FROM sub_accounts)
