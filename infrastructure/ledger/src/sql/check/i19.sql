SELECT requests.investor || ' on ' || day, printf('%d fen', SUM(amount))
FROM postings JOIN entries USING (position)
JOIN accounts ON accounts.id = postings.account
JOIN requests ON requests.request = entries.request
WHERE class = 'A:CUST:ADVANCED' AND event_type = 'advance.advanced'
GROUP BY requests.investor, day HAVING SUM(amount) > 1000000
