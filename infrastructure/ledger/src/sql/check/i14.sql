-- Sums of a fund that differ although no record and no sum breaks; and what breaks and has no case.
SELECT fund || ' ' || business || ' on ' || day, printf('file 04 %+d fen, file 25 %+d', records, stated)
FROM confirmed WHERE apart = 0 AND records <> stated
UNION ALL
SELECT source || ' of ' || day, loose || ' without a case' FROM counted
WHERE source IN ('confirmations', 'settlements') AND loose > 0
