SELECT request || ' at ' || position, what FROM days_apart
