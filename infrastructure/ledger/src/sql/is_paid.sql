SELECT EXISTS (SELECT 1 FROM payments WHERE order_id = ?1)
