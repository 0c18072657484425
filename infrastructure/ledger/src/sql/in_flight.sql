-- What one request has on an account of a customer, since its first posting there. At accounts of the house what moves
-- settles the oldest first, whichever of both sides is more: what is left is of the latest days.
WITH days AS (
    SELECT account, class, day,
           SUM(MAX(amount * side, 0)) AS came, SUM(MAX(-amount * side, 0)) AS went
    FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
    WHERE commodity = 'CNY' AND accounts.request IS NULL AND day <= ?1
      AND class IN ('A:CHANNEL:RECV', 'A:FUND:RECV', 'L:FUND:PAYABLE', 'L:BANK:ADVANCE')
    GROUP BY account, day
), sums AS (
    SELECT class, day, came, went,
           SUM(came) OVER until_then AS came_until, SUM(came) OVER ever AS all_came,
           SUM(went) OVER until_then AS went_until, SUM(went) OVER ever AS all_went
    FROM days
    WINDOW until_then AS (PARTITION BY account ORDER BY day), ever AS (PARTITION BY account)
)
SELECT class, since, SUM(natural) FROM (
    SELECT class, MIN(day) AS since, SUM(amount) * side AS natural
    FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
    WHERE commodity = 'CNY' AND accounts.request IS NOT NULL AND day <= ?1
    GROUP BY account, entries.request HAVING SUM(amount) <> 0
    UNION ALL
    SELECT class, day, MAX(0, MIN(came, came_until - all_went)) - MAX(0, MIN(went, went_until - all_came))
    FROM sums
)
GROUP BY class, since HAVING SUM(natural) <> 0
ORDER BY class, since
