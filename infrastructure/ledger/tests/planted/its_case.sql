INSERT INTO cases VALUES ('c9', 'clear.channel.2026-02-11', 1);
