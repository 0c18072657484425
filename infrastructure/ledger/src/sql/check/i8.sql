SELECT code, 'pending after the last word' FROM accounts
JOIN applications ON code = 'L:CUST:PENDING:' || order_id
WHERE balance <> 0 AND finals > 0
  AND NOT EXISTS (SELECT 1 FROM cases
                  WHERE cases.request = applications.request AND is_open = 1)
