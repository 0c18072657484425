//! How long things may be.

use crate::sources::files;

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for (name, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= 400, "{name} has {lines} lines; split it");
    }
}

/// Name and number of lines of every function, those of tests among them, from its first line to its closing
/// brace.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let words: Vec<&str> = code.split_whitespace().take_while(|it| *it != "fn").collect();
        let before = ["const", "async", "unsafe", "extern", "\"C\"", "pub"];
        // A path in brackets is a word of its own: `pub(in crate::day)`.
        let belongs = |word: &&str| {
            before.contains(word) || word.starts_with("pub(") || word.starts_with("crate::")
        };
        let Some(name) = code.split_whitespace().nth(words.len() + 1) else { continue };
        if !words.iter().all(belongs) || code.len() == words.join(" ").len() {
            continue;
        }
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = format!("{}}}", " ".repeat(indent));
        let body = lines[at..].iter().position(|line| *line == end);
        let bodyless =
            lines[at..].iter().position(|line| line.ends_with(';') || line.ends_with('{'));
        let declared = bodyless.is_some_and(|nth| lines[at + nth].ends_with(';'));
        if let Some(body) = body.filter(|_| !declared && !line.ends_with('}')) {
            found.push((name, body + 1));
        }
    }
    found
}

#[test]
fn no_function_is_longer_than_sixty_lines() {
    for (name, text) in files() {
        for (function, lines) in functions(&text) {
            assert!(lines <= 60, "{name}: {function} has {lines} lines; split it");
        }
    }
}

#[test]
fn a_function_is_measured_from_its_first_line_to_its_brace() {
    let text = "fn a() {\n    b();\n}\n\n    pub(crate) const fn c(\n        d: u8,\n    ) -> u8 {\n        d\n    }\nfn e();\n\
                pub(in crate::day) async fn f() {\n    g();\n}\n";

    let expected = [("a", 3), ("c", 5), ("f", 3)];
    assert_eq!(functions(text), expected.map(|(name, lines)| (name.to_owned(), lines)));
}
