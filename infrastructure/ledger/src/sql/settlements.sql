-- Of that counterparty and T, where they are given; whether a case on what remains is open.
SELECT settlement, party, t, due_on, receivable, payable, fees, net, moved, remains, settlements.request,
       (SELECT MIN(case_id) FROM cases WHERE cases.request = settlements.request AND is_open = 1)
FROM settlements
WHERE (?1 IS NULL OR party = ?1) AND (?2 IS NULL OR t = ?2)
ORDER BY t, party
