-- A settlement whose day of pay is over, of which something remains, and no case says why; and money that moved two
-- trading days ago or earlier and that no settlement speaks of.
WITH head (day) AS (SELECT MAX(day) FROM entries),
     later (t) AS (SELECT DISTINCT t FROM entries, head WHERE t IS NOT NULL AND t < head.day),
     moved (party, day, amount) AS (
         SELECT 'channel', day, amount
         FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
         WHERE class IN ('A:CHANNEL:RECV') AND stream NOT LIKE 'settlement-%'
           AND (SELECT COUNT(*) FROM later WHERE later.t > day) >= 2
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
