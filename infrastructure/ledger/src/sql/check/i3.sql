SELECT code, 'in suspense, and no case is open' FROM accounts
WHERE class = 'L:SUSPENSE' AND balance <> 0
  AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.case_id = accounts.case_id AND is_open = 1)
