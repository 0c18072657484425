DELETE FROM counted WHERE day = :day;
DELETE FROM held WHERE day = :day;
DELETE FROM confirmed WHERE day = :day;
DELETE FROM closings WHERE day = :day;
