-- What one request has on an account of a customer, since its first posting there; at accounts of the house
-- by the day of each posting.
SELECT class, since, SUM(natural) FROM (
    SELECT class, MIN(day) AS since, SUM(amount) * side AS natural
    FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
    WHERE commodity = 'CNY' AND accounts.request IS NOT NULL AND day <= ?1
    GROUP BY account, entries.request HAVING SUM(amount) <> 0
    UNION ALL
    SELECT class, day, SUM(amount) * side
    FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
    WHERE commodity = 'CNY' AND accounts.request IS NULL AND day <= ?1
      AND class IN ('A:CHANNEL:RECV', 'A:FUND:RECV', 'L:FUND:PAYABLE', 'L:BANK:ADVANCE')
    GROUP BY account, day HAVING SUM(amount) <> 0
)
GROUP BY class, since HAVING SUM(natural) <> 0
ORDER BY class, since
