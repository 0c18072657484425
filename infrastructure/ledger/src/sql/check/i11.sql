-- What the settlement account had at the end of each natural day of which a statement states a balance.
SELECT file || ' of ' || closings.day, printf('%+d fen, and our account has %+d', balance, ours) FROM (
    SELECT file, closings.day, balance, COALESCE((
        SELECT SUM(amount)
        FROM postings JOIN entries USING (position) JOIN accounts ON accounts.id = postings.account
        WHERE class = 'A:BANK:SETTLE' AND entries.day <= closings.day
    ), 0) AS ours
    FROM closings
) AS closings WHERE balance <> ours
