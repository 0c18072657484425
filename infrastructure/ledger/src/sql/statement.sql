SELECT day, position, event_type, entries.request, code, amount,
       SUM(amount) OVER (PARTITION BY account ORDER BY position, line)
FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
WHERE accounts.investor = ?1
   OR (accounts.request IS NOT NULL
       AND entries.request IN (SELECT request FROM requests WHERE investor = ?1))
ORDER BY position, line
