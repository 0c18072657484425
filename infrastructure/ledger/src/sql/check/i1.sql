SELECT 'position ' || position, printf('%+d hundredths of ', SUM(amount)) || commodity
FROM postings JOIN accounts ON accounts.id = postings.account
GROUP BY position, commodity HAVING SUM(amount) <> 0
UNION ALL
SELECT code, 'its balance is not the sum of its postings' FROM standing
WHERE balance <> (SELECT COALESCE(SUM(amount), 0) FROM postings WHERE account = standing.id)
