SELECT code, commodity, balance, COALESCE(SUM(amount), 0), COUNT(amount)
FROM accounts LEFT JOIN sub_accounts ON sub_accounts.account = accounts.id
WHERE customers = 0 AND request IS NULL AND case_id IS NULL
GROUP BY accounts.id
ORDER BY code
