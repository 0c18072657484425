INSERT INTO counted VALUES ('2026-02-13', '{source}', {loose});
