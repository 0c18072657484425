INSERT INTO closings VALUES ('2026-02-13', 'bank.csv', {balance});
