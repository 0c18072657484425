SELECT application, finals || ' final confirmations' FROM applications WHERE finals NOT IN (0, 1)
