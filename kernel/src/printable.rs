//! What shows, and shows in its place: the rule for what is taken in, and the escape for what goes out.
//!
//! 1. Not printable are control characters, line breaks among them, marks and isolates that turn the reading
//!    direction, and characters that show nothing: Unicode's `Default_Ignorable_Code_Point`, and the blanks among its
//!    symbols and fillers (of Braille, U+2800, and of others), which are no white space and look like one.
//! 2. Escapes are those of Rust: `\n`, `\u{202e}`. A text without such characters stays as it is.

use std::borrow::Cow;

/// Whether the character is visible, and at its own place.
pub fn is_printable(c: char) -> bool {
    !c.is_control() && !is_hidden(c)
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13441}'..='\u{13442}'
            | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The first character that is not printable.
pub fn first_unprintable(text: &str) -> Option<char> {
    text.chars().find(|c| !is_printable(*c))
}

/// The text on one line of a terminal, a table or a log, whatever is in it.
pub fn shown(text: &str) -> Cow<'_, str> {
    if first_unprintable(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_printable(c) { safe.push(c) } else { safe.extend(c.escape_default()) }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_or_hide_is_escaped_and_all_else_stays() {
        for (text, safe) in [
            ("核对无误 é 👍", "核对无误 é 👍"),
            ("a\u{1b}[31mb\r\n", "a\\u{1b}[31mb\\r\\n"),
            ("a\u{202e}b\u{2066}c\u{200b}d", "a\\u{202e}b\\u{2066}c\\u{200b}d"),
            ("\u{9b}31m\u{7f}\u{85}", "\\u{9b}31m\\u{7f}\\u{85}"),
            ("\u{feff}\u{fe0f}\u{3164}\u{e0041}", "\\u{feff}\\u{fe0f}\\u{3164}\\u{e0041}"),
        ] {
            assert_eq!(shown(text), safe);
            assert_eq!(first_unprintable(&shown(text)), None);
        }
    }
}
