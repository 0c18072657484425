//! How values are written: one form each.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};
use fundflow_kernel::{envelope::EventId, time::Timestamp};
use std::fmt::Write as _;

const INSTANT: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";
const DATE: &str = "%Y-%m-%d";

/// Characters that are not written as they are: what a terminal obeys, what is not seen, and the escape itself.
const fn is_escaped(c: char) -> bool {
    matches!(
        c,
        '\0'..='\x1f'
            | '%'
            | '\x7f'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// A text as it stands in a line.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The text of a line; none where it is not the one form that it has.
pub(crate) fn unescaped(line: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        if *first == b'%' {
            let (digits, behind) = behind.split_at_checked(2)?;
            bytes.push(hex_byte(digits)?);
            rest = behind;
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (escaped(&text) == line).then_some(text)
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    Some(digit(*digits.first()?)? << 4 | digit(*digits.get(1)?)?)
}

/// So many bytes in lower-case hexadecimal.
pub(crate) fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    (text.len() == 2 * N).then_some(())?;
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = hex_byte(digits)?;
    }
    Some(bytes)
}

/// Bytes as [`hex`] reads them.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A whole number without a sign or leading zeros, up to 2^63 - 1.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let leads = text.len() > 1 && text.starts_with('0');
    let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
    number.filter(|_| plain && !leads)
}

/// An instant in UTC with six digits behind the second; none for a year that is not of four digits.
pub(crate) fn instant(at: Timestamp) -> Option<String> {
    let utc = DateTime::from_timestamp_micros(at.micros())?.naive_utc();
    (1..=9999).contains(&utc.year()).then(|| utc.format(INSTANT).to_string())
}

/// The instant of such a text.
pub(crate) fn to_instant(text: &str) -> Option<Timestamp> {
    let utc = NaiveDateTime::parse_from_str(text, INSTANT).ok()?;
    let at = Timestamp::from_micros(utc.and_utc().timestamp_micros());
    (instant(at)? == text).then_some(at)
}

/// A date; none for a year that is not of four digits.
pub(crate) fn date(day: NaiveDate) -> Option<String> {
    (1..=9999).contains(&day.year()).then(|| day.format(DATE).to_string())
}

/// The date of such a text.
pub(crate) fn to_date(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, DATE).ok()?;
    (date(day)? == text).then_some(day)
}

/// The event ID of such a text.
pub(crate) fn to_event_id(text: &str) -> Option<EventId> {
    let id = EventId(hex(&text.replace('-', ""))?);
    (id.to_string() == text).then_some(id)
}
