SELECT EXISTS (SELECT 1 FROM postings WHERE position > ?1)
