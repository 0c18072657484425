-- The quota of a natural day is one of an investor and a money fund, which is the one whose shares the request moved.
WITH advanced (request, day, amount) AS (
         SELECT entries.request, day, amount
         FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
         WHERE class = 'A:CUST:ADVANCED' AND event_type = 'advance.advanced'
     ),
     moved (request, fund) AS (
         SELECT entries.request, MIN(commodity)
         FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
         WHERE code LIKE 'U:%' AND entries.request IN (SELECT request FROM advanced)
         GROUP BY entries.request
     )
SELECT requests.investor || ' on ' || day || COALESCE(' of ' || fund, ''), printf('%d fen', SUM(amount))
FROM advanced JOIN requests USING (request) LEFT JOIN moved USING (request)
GROUP BY requests.investor, fund, day HAVING SUM(amount) > 1000000
