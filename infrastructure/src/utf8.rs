//! Bytes of a file that a person wrote, as text.
//!
//! UTF-8 only. A byte-order mark is no mistake; what is no UTF-8 is named with its line, and with key and value
//! where the line is one of a key.

/// Where a file is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not UTF-8 here (GB18030 or GBK, perhaps); save the file as UTF-8")]
pub struct NotUtf8 {
    /// Counted from 1.
    pub line: usize,
    /// What stands before the line's equals sign; empty without one.
    pub key: String,
    /// What stands behind it, as far as it can be read.
    pub value: String,
}

/// The text of a file, without a byte-order mark.
///
/// # Errors
/// [`NotUtf8`], with the first place that is none.
pub fn text(bytes: &[u8]) -> Result<&str, NotUtf8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
        Err(error) => Err(place(bytes, error.valid_up_to())),
    }
}

fn place(bytes: &[u8], at: usize) -> NotUtf8 {
    let (before, after) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |nth| nth + 1);
    let end = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
    let line = bytes.get(begin..at + end).unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let is_key = |key: &&str| {
        let plain = |it: char| it.is_ascii_alphanumeric() || "_-.\"".contains(it);
        !key.is_empty() && key.chars().all(plain)
    };
    let split = line.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    let (key, value) = split.filter(|(key, _)| is_key(key)).unwrap_or_default();
    let line = before.split(|byte| *byte == b'\n').count();
    NotUtf8 { line, key: key.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_no_mistake_and_what_is_no_utf8_is_named_with_line_key_and_value() {
        assert_eq!(text("\u{FEFF}a = 1\n".as_bytes()), Ok("a = 1\n"));
        assert_eq!(text(b""), Ok(""));
        let rows: [(&[u8], usize, &str, &str); 5] = [
            (b"a = 1\nnotes = \"\xc4\xe3\"\nb = 2\n", 2, "notes", "\"\u{fffd}\""),
            (b"\xb1\xb8 = 1\n", 1, "", ""),
            (b"a = 1\n# \xb1\xb8 = 2", 2, "", ""),
            (b"x\n\n\xff", 3, "", ""),
            (b"day.name = '\xff'", 1, "day.name", "'\u{fffd}'"),
        ];
        for (bytes, line, key, value) in rows {
            let NotUtf8 { line: found, key: its, value: says } = text(bytes).unwrap_err();
            assert_eq!((found, &*its), (line, key));
            // How many marks stand for what cannot be read is the reader's affair.
            let squeezed = |text: &str| text.replace('\u{fffd}', "");
            assert_eq!(squeezed(&says), squeezed(value));
        }
    }
}
