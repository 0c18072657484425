-- What counterparties and we owe each other of all T up to one, and no settlement has instructed yet: a channel by the
-- natural day on which money moved, a fund by the T of its orders. What is booked for a T that was instructed, or for
-- one before it, is due with the next one: of such a T nothing is due any more.
SELECT party, SUM(receivable), SUM(payable), SUM(fees) FROM (
    SELECT 'channel' AS party, amount AS receivable, 0 AS payable, 0 AS fees
    FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
    WHERE class = 'A:CHANNEL:RECV' AND stream NOT LIKE 'settlement-%' AND day <= ?1
    UNION ALL
    SELECT 'fund.' || substr(code, -6),
           CASE class WHEN 'A:FUND:RECV' THEN amount ELSE 0 END,
           CASE class WHEN 'L:FUND:PAYABLE' THEN -amount ELSE 0 END,
           CASE class WHEN 'L:FUND:REDEEMFEE' THEN -amount ELSE 0 END
    FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
    WHERE class IN ('A:FUND:RECV', 'L:FUND:PAYABLE', 'L:FUND:REDEEMFEE')
      AND stream NOT LIKE 'settlement-%' AND COALESCE(entries.t, day) <= ?1
    UNION ALL
    SELECT party, -receivable, -payable, -fees FROM settlements
) AS booked
GROUP BY party
HAVING (SUM(receivable) <> 0 OR SUM(payable) <> 0 OR SUM(fees) <> 0)
   AND NOT EXISTS (SELECT 1 FROM settlements WHERE settlements.party = booked.party AND settlements.t >= ?1)
ORDER BY party
