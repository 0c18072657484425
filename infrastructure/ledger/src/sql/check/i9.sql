-- A settlement whose day of pay is over, of which something remains, and no case says why; and money that no
-- settlement speaks of although two T have followed its own, which is the first one that is not before its day. Orders
-- have entries of a T; wallets have some of every natural day, on which nothing is settled.
WITH head (day) AS (SELECT MAX(day) FROM entries),
     days (t) AS (SELECT DISTINCT t FROM entries, head
                  WHERE t < head.day AND (stream LIKE 'application-%' OR stream LIKE 'payment-%')),
     moved (party, day, amount) AS (
         SELECT 'channel', day, amount
         FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
         WHERE class IN ('A:CHANNEL:RECV') AND stream NOT LIKE 'settlement-%'
           AND (SELECT COUNT(*) FROM days WHERE days.t >= day) >= 3
     ),
     stale (party, amount) AS (
         SELECT party, SUM(amount) FROM moved
         WHERE NOT EXISTS (SELECT 1 FROM settlements WHERE settlements.party = moved.party
                           AND settlements.t >= moved.day)
         GROUP BY party
     )
SELECT settlement, printf('%+d fen remain', remains) FROM settlements, head
WHERE party = 'channel' AND remains <> 0 AND due_on < head.day
  AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.request = settlements.request AND is_open = 1)
UNION ALL
SELECT party, printf('%+d fen were never instructed', amount) FROM stale WHERE amount <> 0
