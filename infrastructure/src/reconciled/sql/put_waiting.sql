-- ?1 who sends it, ?2 body
INSERT INTO waiting (sender, body) VALUES (?1, ?2);
