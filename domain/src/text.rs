//! Free text from people and counterparties: bounded, printable, on one line.
//!
//! ```text
//! a person's words      --new-->    the same text, or an error that names field, value and limit
//! a counterparty's bytes --lossy--> always a text: what cannot be shown is escaped, the rest is cut
//! ```
//!
//! 1. No control character, line break, mark that turns the reading direction, or invisible
//!    character gets in: what a list or a terminal shows is what is stored.
//! 2. The limit is part of the type and counts bytes of UTF-8; reading a stored text checks it again.
//! 3. A text is never blank. Bytes that show nothing become `(blank)`.
//! 4. Escapes are those of Rust (`\n`, `\u{202e}`), bytes that are no UTF-8 `\x` and two digits, a
//!    backslash is doubled; a cut text ends with `…`.

use crate::personal::{self, Personal};
use fundflow_kernel::printable::is_printable;
use serde::{Deserialize, Serialize};
use std::{fmt, fmt::Write as _, ops::Deref, sync::Arc};

/// One printable line of at most `MAX` bytes, never blank.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Text<const MAX: usize = 200>(Arc<str>);

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// White space only.
    #[error("is blank")]
    Blank,
    /// More bytes than the limit.
    #[error("has {0} bytes")]
    TooLong(usize),
    /// The number of a card or of an identity document.
    #[error("{0}")]
    Personal(Personal),
    /// A control character, line break, direction mark or invisible character.
    #[error("holds U+{:04X}, which is not printable", u32::from(*.0))]
    Unprintable(char),
}

/// A text that its field does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} \"{value}\" {problem}; it takes 1 to {max} bytes of printable text on one line")]
pub struct TextError {
    /// The field that it was given for.
    pub field: &'static str,
    /// What was given, escaped and cut.
    pub value: String,
    /// The first thing that is wrong with it.
    pub problem: TextProblem,
    /// The most bytes that the field takes.
    pub max: usize,
}

const BLANK: &str = "(blank)";
const CUT: char = '…';
const SHOWN_IN_ERRORS: usize = 80;

impl<const MAX: usize> Text<MAX> {
    /// The most bytes that it can hold.
    pub const MAX: usize = MAX;

    /// Takes a person's text as it is.
    ///
    /// # Errors
    /// [`TextError`] naming the field, the value and the limit.
    pub fn new(field: &'static str, text: impl Into<Arc<str>>) -> Result<Self, TextError> {
        let text = Self::taken(field, text.into(), is_printable)?;
        match personal::found(&text) {
            None => Ok(text),
            Some(number) => {
                let value = escaped(personal::masked(&text).as_bytes(), SHOWN_IN_ERRORS);
                Err(TextError { field, value, problem: TextProblem::Personal(number), max: MAX })
            }
        }
    }

    fn taken(
        field: &'static str,
        text: Arc<str>,
        is_printable: fn(char) -> bool,
    ) -> Result<Self, TextError> {
        match problem(&text, MAX, is_printable) {
            None => Ok(Self(text)),
            Some(problem) => {
                let value = escaped(personal::masked(&text).as_bytes(), SHOWN_IN_ERRORS);
                Err(TextError { field, value, problem, max: MAX })
            }
        }
    }

    /// Takes whatever a counterparty sent, and shows what cannot be stored as it is.
    pub fn lossy(raw: impl AsRef<[u8]>) -> Self {
        const { assert!(MAX >= BLANK.len(), "a text must have room to say that it is blank") };
        let text = escaped(raw.as_ref(), MAX);
        if text.trim().is_empty() { Self(BLANK.into()) } else { Self(text.into()) }
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn problem(text: &str, max: usize, is_printable: fn(char) -> bool) -> Option<TextProblem> {
    if let Some(strange) = text.chars().find(|c| !is_printable(*c)) {
        return Some(TextProblem::Unprintable(strange));
    }
    if text.len() > max {
        return Some(TextProblem::TooLong(text.len()));
    }
    text.trim().is_empty().then_some(TextProblem::Blank)
}

/// What earlier programs took, and what is read of their texts.
fn was_printable(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    !hidden && !c.is_control()
}

/// Escapes piece by piece, and never cuts inside a piece.
fn escaped(raw: &[u8], max: usize) -> String {
    let (mut text, mut fits) = (String::new(), 0);
    let room = max.saturating_sub(CUT.len_utf8());
    for piece in raw.utf8_chunks() {
        let bytes = piece.invalid().iter().map(|byte| Piece::Byte(*byte));
        for part in piece.valid().chars().map(Piece::of).chain(bytes) {
            // Writing into a string cannot fail.
            let _ = write!(text, "{part}");
            if text.len() > max {
                text.truncate(fits);
                text.push(CUT);
                return text;
            }
            if text.len() <= room {
                fits = text.len();
            }
        }
    }
    text
}

enum Piece {
    Plain(char),
    Escaped(char),
    Byte(u8),
}

impl Piece {
    fn of(c: char) -> Self {
        if is_printable(c) && c != '\\' { Self::Plain(c) } else { Self::Escaped(c) }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(c) => out.write_char(*c),
            Self::Escaped(c) => write!(out, "{}", c.escape_default()),
            Self::Byte(byte) => write!(out, "\\x{byte:02x}"),
        }
    }
}

impl<const MAX: usize> TryFrom<Arc<str>> for Text<MAX> {
    type Error = TextError;
    fn try_from(text: Arc<str>) -> Result<Self, TextError> {
        Self::taken("text", text, was_printable)
    }
}

impl<const MAX: usize> From<Text<MAX>> for Arc<str> {
    fn from(text: Text<MAX>) -> Arc<str> {
        text.0
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_person_writes_is_taken_as_it_is_or_refused_by_field_value_and_limit() {
        let refused = |text: &str| Text::<12>::new("reason", text).unwrap_err().to_string();
        let allowed = "it takes 1 to 12 bytes of printable text on one line";

        assert_eq!(Text::<12>::new("reason", "核对无误").unwrap().as_str(), "核对无误");
        assert_eq!(refused(" "), format!("reason \" \" is blank; {allowed}"));
        assert_eq!(
            refused("thirteen char"),
            format!("reason \"thirteen char\" has 13 bytes; {allowed}")
        );
        assert_eq!(
            refused("a\nb"),
            format!("reason \"a\\nb\" holds U+000A, which is not printable; {allowed}")
        );
    }

    #[test]
    fn what_turns_or_hides_text_is_refused() {
        for strange in [
            '\0',
            '\t',
            '\r',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{e0041}',
            '\u{34f}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{2800}',
            '\u{1d159}',
            '\u{16fe4}',
        ] {
            let refused = Text::<12>::new("note", format!("a{strange}b")).unwrap_err();
            assert_eq!(refused.problem, TextProblem::Unprintable(strange), "{strange:?}");
        }
    }

    #[test]
    fn what_a_counterparty_sent_is_shown_escaped_and_cut() {
        let rows: [(&[u8], &str); 6] = [
            (b"ok", "ok"),
            ("a\u{202e}b".as_bytes(), "a\\u{202e}b"),
            (b"\xb2\xbb\\\r\n", "\\xb2\\xbb\\\\\\r\\n"),
            (b" \t", " \\t"),
            (b"  ", "(blank)"),
            (b"12345678901234567", "1234567890123…"),
        ];
        for (raw, shown) in rows {
            assert_eq!(Text::<16>::lossy(raw).as_str(), shown, "{raw:?}");
        }
        assert_eq!(Text::<16>::lossy("1234567890123456").as_str(), "1234567890123456");
    }

    #[test]
    fn a_stored_text_above_its_limit_is_not_read() {
        let read = |json: &str| serde_json::from_str::<Text<8>>(json);

        assert_eq!(read("\"as it is\"").unwrap().as_str(), "as it is");
        assert!(read("\"as it was\"").is_err());
        assert!(read("\"a\\u202eb\"").is_err());
        // Earlier programs took it.
        assert_eq!(read("\"\\u2800\"").unwrap().as_str(), "\u{2800}");
    }

    proptest! {
        #[test]
        fn whatever_was_sent_becomes_a_valid_text(raw in prop::collection::vec(any::<u8>(), 0..64)) {
            let text = Text::<24>::lossy(&raw);

            prop_assert_eq!(Text::<24>::new("sent", text.as_str()), Ok(text));
        }

        #[test]
        fn whatever_text_was_sent_becomes_a_valid_text(raw: String) {
            let text = Text::<24>::lossy(&raw);

            prop_assert_eq!(Text::<24>::new("sent", text.as_str()), Ok(text));
        }
    }
}
