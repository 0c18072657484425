SELECT balance FROM accounts WHERE code = ?1
