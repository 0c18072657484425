-- What moved on the accounts of investors, and of their requests, behind one position and up to another.
WITH touched AS (
    SELECT DISTINCT account FROM postings JOIN accounts ON accounts.id = postings.account
    WHERE position > ?1 AND position <= ?2 AND (investor IS NOT NULL OR accounts.request IS NOT NULL)
)
SELECT investor, day, position, event_type, request, code, commodity, amount, balance FROM (
    SELECT COALESCE(accounts.investor, requests.investor) AS investor, entries.day AS day,
           postings.position AS position, entries.event_type AS event_type, entries.request AS request,
           accounts.code AS code, accounts.commodity AS commodity, postings.amount AS amount,
           SUM(postings.amount) OVER (PARTITION BY postings.account ORDER BY postings.position, postings.line)
               AS balance,
           postings.line AS line
    FROM touched JOIN accounts ON accounts.id = touched.account
    JOIN postings ON postings.account = touched.account AND postings.position <= ?2
    JOIN entries ON entries.position = postings.position
    LEFT JOIN requests ON requests.request = entries.request
)
WHERE position > ?1 AND investor IS NOT NULL
ORDER BY investor, position, line
