SELECT code, 'below zero' FROM accounts
WHERE customers = 1 AND balance * side < 0
  AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.request = accounts.request)
