INSERT INTO differences VALUES ('c1', '{}');
INSERT INTO fees_apart VALUES (2, 'APP-1', 'TX1', 'a fee');
INSERT INTO days_apart VALUES (3, 'TX1', 'a T');
