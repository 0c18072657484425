//! What leaves the program: nothing in it is obeyed by a terminal, hides, or turns the reading direction, whatever was
//! typed, read or stored.
//!
//! ```text
//! what commands print ──► Safe ──► output, error output, log
//!                           │
//!                           └── a character that is not printable: \u{202e} for people, \u202e inside of JSON
//! ```
//!
//! 1. A line break stays: it is the command's own. What is put into a line or a cell has none, by `shown`.
//! 2. In a JSON document such characters stand in strings alone, so that the escape keeps their value.

use fundflow_kernel::printable::is_printable;
use std::io::{self, Write};

pub(crate) use fundflow_kernel::printable::shown;

/// The longest character of UTF-8, less one byte.
const HALF_MAX: usize = 3;

/// How what is not printable is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// For people to read.
    Plain,
    /// Inside of a JSON document.
    Json,
}

impl Escapes {
    pub(crate) const fn of(is_json: bool) -> Self {
        if is_json { Self::Json } else { Self::Plain }
    }

    fn put(self, c: char, into: &mut Vec<u8>) {
        match self {
            Self::Plain => into.extend(c.escape_default().to_string().bytes()),
            Self::Json => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    into.extend(format!("\\u{unit:04x}").bytes());
                }
            }
        }
    }
}

/// An output that escapes.
pub(crate) struct Safe<W> {
    to: W,
    escapes: Escapes,
    /// The beginning of a character whose end comes with the next bytes.
    half: Vec<u8>,
}

impl<W: Write> Safe<W> {
    pub(crate) const fn to(to: W, escapes: Escapes) -> Self {
        Self { to, escapes, half: Vec::new() }
    }

    fn escape(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut whole = std::mem::take(&mut self.half);
        whole.extend_from_slice(bytes);
        let mut safe = Vec::with_capacity(whole.len());
        let mut chunks = whole.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for c in chunk.valid().chars() {
                if c == '\n' || is_printable(c) {
                    safe.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                } else {
                    self.escapes.put(c, &mut safe);
                }
            }
            let rest = chunk.invalid();
            if chunks.peek().is_none() && rest.len() <= HALF_MAX && is_half(rest) {
                rest.clone_into(&mut self.half);
            } else {
                for _ in rest {
                    self.escapes.put(char::REPLACEMENT_CHARACTER, &mut safe);
                }
            }
        }
        safe
    }
}

/// Whether more bytes may make a character of it.
fn is_half(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

impl<W: Write> Write for Safe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_plain = |byte: &u8| *byte == b'\n' || (b' '..=b'~').contains(byte);
        if self.half.is_empty() && bytes.iter().all(is_plain) {
            self.to.write_all(bytes)?;
        } else {
            let safe = self.escape(bytes);
            self.to.write_all(&safe)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The output, escaped.
pub(crate) fn output(is_json: bool) -> Safe<io::StdoutLock<'static>> {
    Safe::to(io::stdout().lock(), Escapes::of(is_json))
}

/// The error output, escaped.
pub(crate) fn errors() -> Safe<io::StderrLock<'static>> {
    Safe::to(io::stderr().lock(), Escapes::Plain)
}

/// The error output, escaped as the objects that stand in it.
pub(crate) fn objects() -> Safe<io::StderrLock<'static>> {
    Safe::to(io::stderr().lock(), Escapes::Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(parts: &[&[u8]], escapes: Escapes) -> String {
        let mut out = Vec::new();
        let mut safe = Safe::to(&mut out, escapes);
        for part in parts {
            safe.write_all(part).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_see_what_a_terminal_would_obey() {
        let said =
            written(&["ok 核\n\u{1b}[2J\u{9b}1m\r\u{202e}\u{200b}\n".as_bytes()], Escapes::Plain);

        assert_eq!(said, "ok 核\n\\u{1b}[2J\\u{9b}1m\\r\\u{202e}\\u{200b}\n");
    }

    #[test]
    fn a_json_document_keeps_its_values() {
        let value = "a\u{202e}b\u{9b}c\u{e0041}d\u{7f}核";
        let json = serde_json::to_vec(value).unwrap();

        let said = written(&[&json], Escapes::Json);

        assert_eq!(said, "\"a\\u202eb\\u009bc\\udb40\\udc41d\\u007f核\"");
        assert_eq!(serde_json::from_str::<String>(&said).unwrap(), value);
    }

    #[test]
    fn a_character_may_come_in_parts_and_what_is_none_shows() {
        let bytes = "核\u{202e}".as_bytes();
        for at in 0..=bytes.len() {
            let (first, rest) = bytes.split_at(at);
            assert_eq!(written(&[first, rest], Escapes::Plain), "核\\u{202e}", "{at}");
        }
        assert_eq!(written(&[b"a\xffb", b"\xe6x"], Escapes::Plain), "a\\u{fffd}b\\u{fffd}x");
    }
}
