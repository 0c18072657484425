SELECT commodity, printf('%+d hundredths', SUM(balance)) FROM standing
WHERE commodity <> 'CNY' GROUP BY commodity HAVING SUM(balance) <> 0
