SELECT 'application ' || application || ' at ' || position, what FROM fees_apart
WHERE NOT EXISTS (SELECT 1 FROM cases WHERE cases.request = fees_apart.request)
