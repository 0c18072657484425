-- Each order that still counts: what counted with it when it came, as far as that still does, is within the limit of then.
WITH running (day_limit, request, day_max, counted) AS (
    SELECT day_limit, request, day_max, SUM(accepted) OVER (
        PARTITION BY day_limit ORDER BY position ROWS UNBOUNDED PRECEDING
    )
    FROM counts
)
SELECT day_limit || ' with ' || request, printf('%d fen count, and %d may', counted, day_max) FROM running
WHERE day_max IS NOT NULL AND counted > day_max
