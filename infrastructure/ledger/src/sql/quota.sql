INSERT INTO quotas VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (quota, request) DO UPDATE SET above = excluded.above
