INSERT INTO confirmed VALUES ('2026-02-13', '050002', '122', 60000, {stated}, {apart});
