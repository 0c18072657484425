//! Every field of a record against its type, by bytes. This is the hot path: a sound record is
//! looked at without decoding anything and without allocating; only what is wrong gets words.

use super::field_type::FieldType;
use super::finding::{Problem, Sink, Spot};
use super::gb18030;
use super::layout::Layout;

/// Checks a record of the right width and reports everything that is wrong with it.
pub(crate) fn record(layout: &Layout, bytes: &[u8], line: u64, sink: &mut Sink) -> bool {
    let before = sink.errors.total;
    let plain = gb18030::is_plain(bytes);
    for slot in layout.slots() {
        let field = &bytes[slot.offset..slot.offset + slot.width];
        if plain && matches!(slot.kind, FieldType::C(_)) {
            continue;
        }
        let Err((offset, problem)) = field_of(slot.kind, field) else { continue };
        let column = slot.offset + offset + 1;
        let spot = Spot { line, column, field: Some(&slot.name), value: field };
        match problem {
            Problem::BlankNumber { .. } | Problem::Letters { .. } => sink.warning(spot, problem),
            _ => sink.field(slot.decides, spot, problem),
        }
    }
    sink.errors.total == before
}

/// Checks one field, and says where in it something is wrong, or odd.
pub(crate) fn field_of(kind: FieldType, bytes: &[u8]) -> Result<(), (usize, Problem)> {
    match kind {
        FieldType::C(_) | FieldType::Text => {
            gb18030::check(bytes).map_err(|(at, fault)| (at, Problem::Text { kind, fault }))
        }
        FieldType::A(_) => code(kind, bytes),
        FieldType::N { .. } => number(kind, bytes),
    }
}

/// Whether a value can be had from the bytes: they are as they should be, or only odd.
pub(crate) fn reads(kind: FieldType, bytes: &[u8]) -> Result<(), Problem> {
    match field_of(kind, bytes) {
        Ok(()) | Err((_, Problem::BlankNumber { .. } | Problem::Letters { .. })) => Ok(()),
        Err((_, problem)) => Err(problem),
    }
}

fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |digits, byte| digits & (byte.wrapping_sub(b'0') < 10))
}

/// Bytes of a day. What is wider and of digits is somebody's name for something.
const DAY: usize = 8;

fn code(kind: FieldType, bytes: &[u8]) -> Result<(), (usize, Problem)> {
    if all_digits(bytes) {
        return Ok(());
    }
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let Some(extra) = bytes[digits..].iter().position(|byte| *byte != b' ') else { return Ok(()) };
    let at = digits + extra;
    let last = bytes.iter().rposition(|byte| *byte != b' ').unwrap_or_default();
    if bytes.len() > DAY && bytes[..=last].iter().all(u8::is_ascii_graphic) {
        return Err((at, Problem::Letters { kind }));
    }
    // A digit behind a space is as wrong as a letter; the column is that of the culprit.
    Err((at, Problem::Digits { kind, allowed: "digits, then spaces" }))
}

fn number(kind: FieldType, bytes: &[u8]) -> Result<(), (usize, Problem)> {
    if all_digits(bytes) {
        return Ok(());
    }
    if bytes.iter().all(|byte| *byte == b' ') {
        return Err((0, Problem::BlankNumber { kind }));
    }
    let offset = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or_default();
    let allowed = "digits only, without sign and point";
    Err((offset, Problem::Digits { kind, allowed }))
}
