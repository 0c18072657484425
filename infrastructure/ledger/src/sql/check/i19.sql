-- Cash that went out, under the quotas that it counts towards; what no quota knows of, as of a day and an investor by
-- itself.
WITH advanced (request, day, amount) AS (
         SELECT entries.request, day, amount
         FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
         WHERE class = 'A:CUST:ADVANCED' AND event_type = 'advance.advanced'
     ),
     stands AS (SELECT * FROM quotas WHERE above IS NOT NULL),
     counted (place, request, amount, above) AS (
         SELECT stands.investor || ' on ' || stands.day || ' of ' || fund || ' at ' || distributor,
                request, amount, above
         FROM advanced JOIN stands USING (request)
         UNION ALL
         SELECT COALESCE(investor, request) || ' on ' || day || ' under no quota', request, amount, 0
         FROM advanced LEFT JOIN requests USING (request)
         WHERE request NOT IN (SELECT request FROM stands)
     )
SELECT place, printf('%d fen', SUM(amount)) FROM counted
GROUP BY place
HAVING SUM(amount) > 1000000 + MAX(IIF(request IN (SELECT request FROM cases), above, 0))
