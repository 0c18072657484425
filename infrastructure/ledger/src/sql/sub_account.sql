INSERT INTO sub_accounts VALUES (?1, ?2, ?3)
ON CONFLICT (account, shard) DO UPDATE SET amount = amount + excluded.amount
