-- What moved on the accounts of investors, and of their requests, behind one position and up to another. Which of two streams
-- was written first is no promise, so neither the order of lines nor their balances follow from positions.
WITH moved AS (
    SELECT postings.account AS account, entries.day AS day, entries.request AS request,
           entries.event_type AS event_type, postings.amount AS amount
    FROM postings JOIN accounts ON accounts.id = postings.account JOIN entries USING (position)
    WHERE position > ?1 AND position <= ?2 AND (accounts.investor IS NOT NULL OR accounts.request IS NOT NULL)
),
opening AS (
    SELECT touched.account AS account, COALESCE(SUM(postings.amount), 0) AS amount
    FROM (SELECT DISTINCT account FROM moved) AS touched
    LEFT JOIN postings ON postings.account = touched.account AND postings.position <= ?1
    GROUP BY touched.account
)
SELECT COALESCE(accounts.investor, requests.investor) AS investor, day, event_type, moved.request, code, commodity,
       moved.amount,
       opening.amount + SUM(moved.amount) OVER (
           PARTITION BY moved.account ORDER BY day, moved.request, event_type, moved.amount
           ROWS UNBOUNDED PRECEDING
       )
FROM moved JOIN opening USING (account) JOIN accounts ON accounts.id = moved.account
LEFT JOIN requests ON requests.request = moved.request
WHERE COALESCE(accounts.investor, requests.investor) IS NOT NULL
ORDER BY investor, code, day, moved.request, event_type, moved.amount
