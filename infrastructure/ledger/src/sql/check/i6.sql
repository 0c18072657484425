SELECT commodity, printf('%+d hundredths', SUM(balance)) FROM accounts
WHERE commodity <> 'CNY' GROUP BY commodity HAVING SUM(balance) <> 0
