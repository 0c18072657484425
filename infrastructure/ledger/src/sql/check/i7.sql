-- Shares of a fund that differ although no account does; and what differs and has no case.
SELECT fund || ' on ' || day,
       printf('ours %+d hundredths, stated %+d; frozen %+d, stated %+d', ours, stated, ours_frozen, stated_frozen)
FROM held WHERE apart = 0 AND (ours <> stated OR ours_frozen <> stated_frozen)
UNION ALL
SELECT 'file 05 of ' || day, loose || ' without a case' FROM counted WHERE source = 'holdings' AND loose > 0
