CREATE TABLE written (account INTEGER, times INTEGER);
CREATE TRIGGER counts AFTER UPDATE OF balance ON accounts
WHEN NEW.balance <> OLD.balance AND NEW.class = 'A:CHANNEL:RECV'
BEGIN INSERT INTO written VALUES (NEW.id, 1); END;
