SELECT order_id, COUNT(*) || ' payments' FROM payments GROUP BY order_id HAVING COUNT(*) > 1
