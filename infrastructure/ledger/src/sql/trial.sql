SELECT class, commodity, SUM(amount)
FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
WHERE day <= ?1
GROUP BY class, commodity HAVING SUM(amount) <> 0
ORDER BY commodity, class
