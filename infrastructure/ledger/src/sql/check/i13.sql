-- What an investor has of a fund by the books, and what is shown to him, both at the latest price that a record has stated;
-- a share without one counts as 1.00, which is exact for money funds. A fen is the tolerance.
WITH booked (investor, fund, shares) AS (
         SELECT investor, substr(commodity, -6), SUM(balance) FROM accounts
         WHERE customers = 1 AND investor IS NOT NULL AND commodity <> 'CNY'
         GROUP BY investor, commodity
     ),
     both (investor, fund, booked, shown) AS (
         SELECT investor, fund, shares, 0 FROM booked
         UNION ALL SELECT investor, fund, 0, shares FROM shown
     ),
     apart (investor, fund, booked, shown) AS (
         SELECT investor, fund, SUM(booked), SUM(shown) FROM both
         GROUP BY investor, fund HAVING SUM(booked) <> SUM(shown)
     )
SELECT investor || ' of ' || apart.fund,
       printf('%d hundredths of shares are booked, %d are shown', booked, shown)
FROM apart LEFT JOIN prices USING (fund)
WHERE ABS((booked - shown) * COALESCE(CAST(nav AS REAL), 1.0)) > 1.0
