INSERT INTO held VALUES ('2026-02-13', '050002', 60000, {stated}, 0, {frozen}, {apart});
