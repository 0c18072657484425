//! Every field of a record against its type, by bytes. This is the hot path: a sound record is
//! looked at without decoding anything and without allocating; only what is wrong gets words.

use super::field_type::FieldType;
use super::finding::{Problem, Sink, Spot};
use super::gb18030;
use super::layout::{Layout, Slot};

/// Checks a record of the right width and reports everything that is wrong with it.
pub(crate) fn record(layout: &Layout, bytes: &[u8], line: u64, sink: &mut Sink) -> bool {
    let before = sink.errors.total;
    let plain = gb18030::is_plain(bytes);
    for slot in layout.slots() {
        let field = &bytes[slot.offset..slot.offset + slot.width];
        match slot.kind {
            FieldType::C(_) if plain => {}
            FieldType::C(_) | FieldType::Text => text(slot, field, line, sink),
            FieldType::A(_) => code(slot, field, line, sink),
            FieldType::N { .. } => number(slot, field, line, sink),
        }
    }
    sink.errors.total == before
}

fn spot<'a>(slot: &'a Slot, value: &'a [u8], line: u64, offset: usize) -> Spot<'a> {
    Spot { line, column: slot.offset + offset + 1, field: Some(&slot.name), value }
}

fn text(slot: &Slot, bytes: &[u8], line: u64, sink: &mut Sink) {
    if let Err((offset, fault)) = gb18030::check(bytes) {
        sink.error(spot(slot, bytes, line, offset), Problem::Text { kind: slot.kind, fault });
    }
}

fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |digits, byte| digits & (byte.wrapping_sub(b'0') < 10))
}

fn code(slot: &Slot, bytes: &[u8], line: u64, sink: &mut Sink) {
    if all_digits(bytes) {
        return;
    }
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if let Some(extra) = bytes[digits..].iter().position(|byte| *byte != b' ') {
        // A digit behind a space is as wrong as a letter; the column is that of the culprit.
        let problem = Problem::Digits { kind: slot.kind, allowed: "digits, then spaces" };
        sink.error(spot(slot, bytes, line, digits + extra), problem);
    }
}

fn number(slot: &Slot, bytes: &[u8], line: u64, sink: &mut Sink) {
    if all_digits(bytes) {
        return;
    }
    if bytes.iter().all(|byte| *byte == b' ') {
        sink.warning(spot(slot, bytes, line, 0), Problem::BlankNumber { kind: slot.kind });
        return;
    }
    let offset = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or_default();
    let allowed = "digits only, without sign and point";
    sink.error(spot(slot, bytes, line, offset), Problem::Digits { kind: slot.kind, allowed });
}
