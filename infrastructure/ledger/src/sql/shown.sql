INSERT INTO shown VALUES (?1, ?2, ?3)
ON CONFLICT (investor, fund) DO UPDATE SET shares = excluded.shares
