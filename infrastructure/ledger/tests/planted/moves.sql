INSERT INTO entries VALUES (900, x'01', '{event}', 'forged', 'TX1', '2026-02-13', '2026-02-13');
INSERT INTO postings SELECT 900, 1, id, 2000000 FROM accounts WHERE code = '{to}';
INSERT INTO postings SELECT 900, 2, id, -2000000 FROM accounts WHERE code = '{from}';
UPDATE accounts SET balance = balance + 2000000 WHERE code = '{to}';
UPDATE accounts SET balance = balance - 2000000 WHERE code = '{from}';
