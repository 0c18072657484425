-- What these tables and those of a replay, which are attached as `anew`, do not both have. Names of accounts stand for their
-- numbers, which are the tables' own. An index that does not fit its table, and a page that is damaged, differ too.
WITH kept (what) AS (
        SELECT code || ' holds ' || balance AS what FROM main.standing
        UNION ALL SELECT format('account %s is of %s, %s, %s, %s, request %s, investor %s, case %s', code, class, commodity, side, customers, request, investor, case_id) AS what FROM main.accounts
        UNION ALL SELECT format('entry %s is %s of %s: %s of %s, T %s, on %s', position, hex(event_id), request, event_type, stream, t, day) AS what FROM main.entries
        UNION ALL SELECT 'line ' || position || '.' || line || ' is ' || amount || ' on ' || code AS what FROM main.postings JOIN main.accounts ON main.accounts.id = account
        UNION ALL SELECT format('request %s is %s of %s', request, process, investor) AS what FROM main.requests
        UNION ALL SELECT format('payment %s is of %s and %s', payment, order_id, request) AS what FROM main.payments
        UNION ALL SELECT format('application %s of %s and %s has %s final records', application, order_id, request, finals) AS what FROM main.applications
        UNION ALL SELECT format('case %s of %s is %s', case_id, request, CASE is_open WHEN 1 THEN 'open' ELSE 'closed' END) AS what FROM main.cases
        UNION ALL SELECT format('quota %s of %s: %s, %s, %s, %s, %s', quota, request, investor, fund, distributor, day, above) AS what FROM main.quotas
        UNION ALL SELECT format('settlement %s of %s, T %s, on %s by %s: %s, %s, %s, %s, %s moved, %s left', settlement, party, t, due_on, request, receivable, payable, fees, net, moved, remains) AS what FROM main.settlements
        UNION ALL SELECT format('file %s of %s: %s loose', source, day, loose) AS what FROM main.counted
        UNION ALL SELECT format('file 05 of %s has of %s %s beside %s, frozen %s beside %s, apart %s', day, fund, stated, ours, stated_frozen, ours_frozen, apart) AS what FROM main.held
        UNION ALL SELECT format('files of %s confirm of %s by %s %s records, %s, apart %s', day, fund, business, records, stated, apart) AS what FROM main.confirmed
        UNION ALL SELECT format('statement %s of %s ends with %s', file, day, balance) AS what FROM main.closings
        UNION ALL SELECT investor || ' is shown ' || shares || ' of ' || fund AS what FROM main.shown
        UNION ALL SELECT format('price of %s at T %s is %s', fund, t, nav) AS what FROM main.prices
        UNION ALL SELECT format('%s counts %s of %s at %s, at most %s', day_limit, accepted, request, position, day_max) AS what FROM main.counts
        UNION ALL SELECT format('of case %s is remembered %s', case_id, remembered) AS what FROM main.differences
        UNION ALL SELECT format('fee apart at %s, of %s and %s: %s', position, application, request, what) AS what FROM main.fees_apart
        UNION ALL SELECT format('T apart at %s, of %s: %s', position, request, what) AS what FROM main.days_apart
     ),
     replayed (what) AS (
        SELECT code || ' holds ' || balance AS what FROM anew.standing
        UNION ALL SELECT format('account %s is of %s, %s, %s, %s, request %s, investor %s, case %s', code, class, commodity, side, customers, request, investor, case_id) AS what FROM anew.accounts
        UNION ALL SELECT format('entry %s is %s of %s: %s of %s, T %s, on %s', position, hex(event_id), request, event_type, stream, t, day) AS what FROM anew.entries
        UNION ALL SELECT 'line ' || position || '.' || line || ' is ' || amount || ' on ' || code AS what FROM anew.postings JOIN anew.accounts ON anew.accounts.id = account
        UNION ALL SELECT format('request %s is %s of %s', request, process, investor) AS what FROM anew.requests
        UNION ALL SELECT format('payment %s is of %s and %s', payment, order_id, request) AS what FROM anew.payments
        UNION ALL SELECT format('application %s of %s and %s has %s final records', application, order_id, request, finals) AS what FROM anew.applications
        UNION ALL SELECT format('case %s of %s is %s', case_id, request, CASE is_open WHEN 1 THEN 'open' ELSE 'closed' END) AS what FROM anew.cases
        UNION ALL SELECT format('quota %s of %s: %s, %s, %s, %s, %s', quota, request, investor, fund, distributor, day, above) AS what FROM anew.quotas
        UNION ALL SELECT format('settlement %s of %s, T %s, on %s by %s: %s, %s, %s, %s, %s moved, %s left', settlement, party, t, due_on, request, receivable, payable, fees, net, moved, remains) AS what FROM anew.settlements
        UNION ALL SELECT format('file %s of %s: %s loose', source, day, loose) AS what FROM anew.counted
        UNION ALL SELECT format('file 05 of %s has of %s %s beside %s, frozen %s beside %s, apart %s', day, fund, stated, ours, stated_frozen, ours_frozen, apart) AS what FROM anew.held
        UNION ALL SELECT format('files of %s confirm of %s by %s %s records, %s, apart %s', day, fund, business, records, stated, apart) AS what FROM anew.confirmed
        UNION ALL SELECT format('statement %s of %s ends with %s', file, day, balance) AS what FROM anew.closings
        UNION ALL SELECT investor || ' is shown ' || shares || ' of ' || fund AS what FROM anew.shown
        UNION ALL SELECT format('price of %s at T %s is %s', fund, t, nav) AS what FROM anew.prices
        UNION ALL SELECT format('%s counts %s of %s at %s, at most %s', day_limit, accepted, request, position, day_max) AS what FROM anew.counts
        UNION ALL SELECT format('of case %s is remembered %s', case_id, remembered) AS what FROM anew.differences
        UNION ALL SELECT format('fee apart at %s, of %s and %s: %s', position, application, request, what) AS what FROM anew.fees_apart
        UNION ALL SELECT format('T apart at %s, of %s: %s', position, request, what) AS what FROM anew.days_apart
     ),
     gone (what) AS (SELECT what FROM kept EXCEPT SELECT what FROM replayed),
     missing (what) AS (SELECT what FROM replayed EXCEPT SELECT what FROM kept)
SELECT 'only in these tables', what FROM gone
UNION ALL
SELECT 'only in a replay', what FROM missing
UNION ALL
SELECT 'the database', integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
