INSERT INTO accounts
VALUES (NULL, '{code}', '{class}', 'CNY', {side}, 0, 'TX1', NULL, {case}, 0);
