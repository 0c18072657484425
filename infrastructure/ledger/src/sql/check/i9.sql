-- A settlement whose day of pay is over, of which something remains, and no case says why; and money that no
-- settlement speaks of although two T have followed its own, which is the first one that is not before its day. Orders
-- have entries of a T; wallets have some of every natural day, on which nothing is settled.
WITH head (day) AS (SELECT MAX(day) FROM entries),
     -- Three T have been since then. Asked once, and not for each posting.
     settled_by (t) AS MATERIALIZED (
         SELECT DISTINCT t FROM entries, head
         WHERE t < head.day AND (stream LIKE 'application-%' OR stream LIKE 'payment-%')
         ORDER BY t DESC LIMIT 1 OFFSET 2
     ),
     instructed (party, t) AS MATERIALIZED (SELECT party, MAX(t) FROM settlements GROUP BY party),
     moved (party, day, amount) AS (
         SELECT 'channel', day, amount
         FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
         WHERE class IN ('A:CHANNEL:RECV') AND stream NOT LIKE 'settlement-%'
           AND day <= (SELECT t FROM settled_by)
     ),
     stale (party, amount) AS (
         SELECT party, SUM(amount) FROM moved
         WHERE NOT EXISTS (SELECT 1 FROM instructed WHERE instructed.party = moved.party
                           AND instructed.t >= moved.day)
         GROUP BY party
     )
SELECT settlement, printf('%+d fen remain', remains) FROM settlements, head
WHERE party = 'channel' AND remains <> 0 AND due_on < head.day
  AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.request = settlements.request AND is_open = 1)
UNION ALL
SELECT party, printf('%+d fen were never instructed', amount) FROM stale WHERE amount <> 0
