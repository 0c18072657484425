-- Per discount purchase and fund: what left for it, and what came for it; without those on which a case was opened,
-- and without those that pay with shares that the investor had before.
SELECT entries.request || ' of ' || commodity,
       printf('%d hundredths left, %d came', SUM(MAX(amount, 0)), SUM(MAX(-amount, 0)))
FROM postings JOIN entries USING (position)
JOIN accounts ON accounts.id = postings.account
JOIN requests ON requests.request = entries.request
WHERE class = 'U:REGISTER' AND process = 'discount_purchase'
  AND EXISTS (SELECT 1 FROM payments WHERE payments.request = entries.request)
  AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.request = entries.request)
GROUP BY entries.request, commodity
HAVING SUM(MAX(amount, 0)) > SUM(MAX(-amount, 0))
