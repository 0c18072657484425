INSERT INTO settlements VALUES (
    '{party}.2026-02-11', '{party}', '2026-02-11', '2026-02-12', 100, 0, 0, 100, 0, {remains}, 'clear.{party}.2026-02-11'
);
{more}
