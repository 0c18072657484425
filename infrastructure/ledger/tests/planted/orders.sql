-- So many purchases of one T on each of four days, each of them with a case: paid, confirmed, credited, settled.
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {orders})
INSERT INTO entries
SELECT 1000 + n, CAST(n AS BLOB), 'application.confirmed', 'application-' || n, 'O-' || n, t, t
FROM (SELECT n, date('2026-02-09', printf('+%d days', n % 4)) AS t FROM numbers);
INSERT INTO accounts
SELECT NULL, 'L:CUST:PENDING:' || request, 'L:CUST:PENDING', 'CNY', -1, 1, request, NULL, NULL, 0
FROM entries WHERE position > 1000;
INSERT INTO accounts
SELECT NULL, 'U:050002:' || request || ':AVAIL', 'U:AVAIL', 'shares of 050002', 1, 1, NULL, request, NULL, 0
FROM entries WHERE position > 1000;
INSERT INTO postings
SELECT position, 1, id, 100 FROM entries, accounts WHERE position > 1000 AND code = 'A:CHANNEL:RECV';
INSERT INTO postings
SELECT position, 2, id, -100 FROM entries, accounts WHERE position > 1000 AND code = 'L:FUND:PAYABLE:050002';
INSERT INTO postings
SELECT position, 3, id, 100 FROM entries JOIN accounts ON code = 'U:050002:' || entries.request || ':AVAIL'
WHERE position > 1000;
INSERT INTO postings
SELECT position, 4, id, -100 FROM entries, accounts WHERE position > 1000 AND code = 'U:050002:REGISTER';
INSERT INTO requests SELECT request, request, 'discount_purchase' FROM entries WHERE position > 1000;
INSERT INTO payments SELECT request, request, request FROM entries WHERE position > 1000;
INSERT INTO applications SELECT request, request, request, 1 FROM entries WHERE position > 1000;
INSERT INTO cases SELECT request, request, 0 FROM entries WHERE position > 1000;
