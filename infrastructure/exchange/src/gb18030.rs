//! Text in GB18030, by bytes: what is allowed in a `C` field, and what it says.
//!
//! A character takes one byte (ASCII), two (most Chinese) or four (rare ones, such as U+20BB7).
//! A field is allowed if it decodes, holds no control character, and encodes back to the very
//! same bytes: a few code points have two spellings, and accepting the second one would change
//! a file that is only passed on.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EncoderResult, GB18030};

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// The field ends inside a character.
    #[error("the character is cut off by the end of the field")]
    Cut,
    /// No character has these bytes.
    #[error("the bytes are no GB18030 character")]
    Invalid,
    /// Control characters would break the line structure of the file.
    #[error("control characters are not allowed in a field")]
    Control,
    /// The character would be written with other bytes than it was read from.
    #[error("the bytes are not the ones this character is written with")]
    OtherSpelling,
}

/// Whether all bytes are printable ASCII, which needs no decoding.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    // A fold without early exit, so that the compiler can look at many bytes at once.
    bytes.iter().fold(true, |plain, byte| plain & (byte.wrapping_sub(b' ') < 0x5f))
}

/// Checks a field; the fault comes with the offset of the character it is about.
pub(crate) fn check(bytes: &[u8]) -> Result<(), (usize, TextFault)> {
    let mut at = 0;
    while let Some(&lead) = bytes.get(at) {
        match lead {
            b' '..=b'~' => at += 1,
            0..=0x1f | 0x7f => return Err((at, TextFault::Control)),
            0x80 | 0xff => return Err((at, TextFault::Invalid)),
            0x81..=0xfe => at += check_wide(&bytes[at..]).map_err(|fault| (at, fault))?,
        }
    }
    Ok(())
}

/// Checks the two- or four-byte character that `bytes` begins with and returns its width.
fn check_wide(bytes: &[u8]) -> Result<usize, TextFault> {
    let width = match bytes.get(1) {
        None => return Err(TextFault::Cut),
        Some(b'0'..=b'9') => 4,
        Some(0x40..=0x7e | 0x80..=0xfe) => 2,
        Some(_) => return Err(TextFault::Invalid),
    };
    let character = bytes.get(..width).ok_or(TextFault::Cut)?;
    if is_common(character) { Ok(width) } else { check_one(character) }
}

/// The everyday characters of GB 2312, rows B0 to F7 without D7, whose end is a gap. Each has
/// one spelling, and nearly all text consists of them.
fn is_common(character: &[u8]) -> bool {
    matches!(character, [0xb0..=0xd6 | 0xd8..=0xf7, 0xa1..=0xfe])
}

fn check_one(character: &[u8]) -> Result<usize, TextFault> {
    let width = character.len();
    let mut utf8 = [0; 8];
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let (result, read, written) =
        decoder.decode_to_utf8_without_replacement(character, &mut utf8, true);
    if result != DecoderResult::InputEmpty || read != width {
        return Err(TextFault::Invalid);
    }
    let text = std::str::from_utf8(&utf8[..written]).map_err(|_| TextFault::Invalid)?;
    if text.chars().any(char::is_control) {
        return Err(TextFault::Control);
    }
    let mut again = [0; 8];
    let (result, _, len) =
        GB18030.new_encoder().encode_from_utf8_without_replacement(text, &mut again, true);
    let same = result == EncoderResult::InputEmpty && &again[..len] == character;
    if same { Ok(width) } else { Err(TextFault::OtherSpelling) }
}

/// The text of bytes that [`check`] accepted.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    GB18030.decode_without_bom_handling(bytes).0
}

/// What is readable of bytes that need not be text, for messages.
pub(crate) fn decode_lossy(bytes: &[u8]) -> String {
    let text = decode(bytes);
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Encodes `text` to the front of `out` and returns how many bytes it takes; with `Ok(None)` it
/// takes more than `out` has.
pub(crate) fn encode(text: &str, out: &mut [u8]) -> Result<Option<usize>, TextFault> {
    if is_plain(text.as_bytes()) {
        return Ok(out.get_mut(..text.len()).map(|room| {
            room.copy_from_slice(text.as_bytes());
            text.len()
        }));
    }
    if text.chars().any(char::is_control) {
        return Err(TextFault::Control);
    }
    let (bytes, _, unmappable) = GB18030.encode(text);
    if unmappable {
        return Err(TextFault::Invalid);
    }
    // Text that comes back as itself also has bytes that come back as themselves: `check` holds.
    if decode(&bytes) != text {
        return Err(TextFault::OtherSpelling);
    }
    Ok(out.get_mut(..bytes.len()).map(|room| {
        room.copy_from_slice(&bytes);
        bytes.len()
    }))
}

/// Bytes `text` takes, or the number of its UTF-8 bytes if it has no encoding.
pub(crate) fn encoded_len(text: &str) -> usize {
    let (bytes, _, unmappable) = GB18030.encode(text);
    if unmappable { text.len() } else { bytes.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_take_four_bytes_and_come_back() {
        let mut out = [0; 8];
        assert_eq!(encode("\u{20BB7}", &mut out), Ok(Some(4)));
        assert_eq!(check(&out[..4]), Ok(()));
        assert_eq!(decode(&out[..4]), "\u{20BB7}");
    }

    #[test]
    fn a_character_is_never_cut() {
        assert_eq!(check(b"ab\xbb"), Err((2, TextFault::Cut)));
        assert_eq!(check(b"\x95\x32\x82"), Err((0, TextFault::Cut)));
        assert_eq!(encode("基金", &mut [0; 3]), Ok(None));
    }

    #[test]
    fn what_breaks_lines_is_not_text() {
        assert_eq!(check(b"a\r"), Err((1, TextFault::Control)));
        assert_eq!(encode("a\n", &mut [0; 8]), Err(TextFault::Control));
        assert_eq!(encode("\u{85}", &mut [0; 8]), Err(TextFault::Control));
    }

    #[test]
    fn bytes_outside_the_encoding_are_refused() {
        assert_eq!(check(b"\x80"), Err((0, TextFault::Invalid)));
        assert_eq!(check(b"x\xff "), Err((1, TextFault::Invalid)));
        assert_eq!(check(b"\x81\x20"), Err((0, TextFault::Invalid)));
    }

    #[test]
    fn a_character_with_two_spellings_is_accepted_in_one() {
        // Both decode to U+3000 in web browsers; only A1A1 is written.
        assert_eq!(check(b"\xa1\xa1"), Ok(()));
        assert_eq!(check(b"\xa3\xa0"), Err((0, TextFault::OtherSpelling)));
        assert_eq!(encode("\u{E5E5}", &mut [0; 8]), Err(TextFault::Invalid));
    }

    #[test]
    fn every_accepted_two_byte_character_keeps_its_bytes() {
        for lead in 0x81..=0xfe_u8 {
            for trail in 0x40..=0xfe_u8 {
                let bytes = [lead, trail];
                assert_eq!(check(&bytes).is_ok(), check_one(&bytes).is_ok(), "{bytes:x?}");
                if check(&bytes).is_ok() {
                    let mut out = [0; 4];
                    assert_eq!(encode(&decode(&bytes), &mut out), Ok(Some(2)), "{bytes:x?}");
                    assert_eq!(out[..2], bytes);
                }
            }
        }
    }
}
