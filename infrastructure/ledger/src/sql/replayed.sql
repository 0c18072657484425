-- What these tables and those of a replay, which are attached as `anew`, do not both have. Names of accounts stand for their
-- numbers, which are the tables' own.
WITH kept (what) AS (
        SELECT code || ' holds ' || balance AS what FROM main.standing
        UNION ALL SELECT 'entry ' || position || ' is ' || hex(event_id) || ' of ' || request AS what FROM main.entries
        UNION ALL SELECT 'line ' || position || '.' || line || ' is ' || amount || ' on ' || code AS what FROM main.postings JOIN main.accounts ON main.accounts.id = account
        UNION ALL SELECT 'application ' || application || ' has ' || finals || ' final records' AS what FROM main.applications
        UNION ALL SELECT 'case ' || case_id || ' is ' || CASE is_open WHEN 1 THEN 'open' ELSE 'closed' END AS what FROM main.cases
        UNION ALL SELECT 'settlement ' || settlement || ' has ' || remains || ' left' AS what FROM main.settlements
        UNION ALL SELECT investor || ' is shown ' || shares || ' of ' || fund AS what FROM main.shown
        UNION ALL SELECT day_limit || ' counts ' || accepted || ' of ' || request AS what FROM main.counts
     ),
     replayed (what) AS (
        SELECT code || ' holds ' || balance AS what FROM anew.standing
        UNION ALL SELECT 'entry ' || position || ' is ' || hex(event_id) || ' of ' || request AS what FROM anew.entries
        UNION ALL SELECT 'line ' || position || '.' || line || ' is ' || amount || ' on ' || code AS what FROM anew.postings JOIN anew.accounts ON anew.accounts.id = account
        UNION ALL SELECT 'application ' || application || ' has ' || finals || ' final records' AS what FROM anew.applications
        UNION ALL SELECT 'case ' || case_id || ' is ' || CASE is_open WHEN 1 THEN 'open' ELSE 'closed' END AS what FROM anew.cases
        UNION ALL SELECT 'settlement ' || settlement || ' has ' || remains || ' left' AS what FROM anew.settlements
        UNION ALL SELECT investor || ' is shown ' || shares || ' of ' || fund AS what FROM anew.shown
        UNION ALL SELECT day_limit || ' counts ' || accepted || ' of ' || request AS what FROM anew.counts
     ),
     gone (what) AS (SELECT what FROM kept EXCEPT SELECT what FROM replayed),
     missing (what) AS (SELECT what FROM replayed EXCEPT SELECT what FROM kept)
SELECT 'only in these tables', what FROM gone
UNION ALL
SELECT 'only in a replay', what FROM missing
