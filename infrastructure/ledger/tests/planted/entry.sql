INSERT INTO entries VALUES ({at}, x'0{at}', 'planted', '{stream}', 'TX1', '{t}', '{day}');
INSERT INTO postings SELECT {at}, 1, id, ({fen}) FROM accounts WHERE code = 'A:CHANNEL:RECV';
INSERT INTO postings SELECT {at}, 2, id, 0 - ({fen}) FROM accounts WHERE code = 'L:CUST:PENDING:TX2.buy';
UPDATE accounts SET balance = balance + ({fen}) WHERE code = 'A:CHANNEL:RECV';
UPDATE accounts SET balance = balance - ({fen}) WHERE code = 'L:CUST:PENDING:TX2.buy';
