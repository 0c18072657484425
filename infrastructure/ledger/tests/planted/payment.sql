INSERT INTO payments VALUES ('X', 'TX1.buy', 'TX1');
