//! One record: fixed-width bytes and the layout that says what they mean. Both kinds hold only
//! bytes that were validated, so they can be written as they are; but of a flawed one, which is taken as it came,
//! a field that cannot be read is an error when it is asked for.
//!
//! A field that the layout lacks reads as an error and takes only its blank value: an order that
//! needs a field must not lose it because the header leaves it out.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, NaiveTime, Timelike as _};
use rust_decimal::Decimal;

use super::field_error::FieldError;
use super::field_type::FieldType;
use super::gb18030;
use super::header_lines::parse_date;
use super::layout::{Layout, Slot};
use super::validate;

/// A record that borrows its bytes from the reader.
#[derive(Debug, Clone, Copy)]
pub struct RecordRef<'a> {
    pub(crate) layout: &'a Arc<Layout>,
    pub(crate) bytes: &'a [u8],
    pub(crate) flawed: bool,
}

/// A record that owns its bytes and can be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    layout: Arc<Layout>,
    bytes: Vec<u8>,
    flawed: bool,
}

impl<'a> RecordRef<'a> {
    /// The fields of its edition and kind of file, in their order.
    pub const fn layout(&self) -> &'a Arc<Layout> {
        self.layout
    }

    /// All bytes, without the line end.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether the file has the field.
    pub fn has(&self, name: &str) -> bool {
        self.layout.position(name).is_some()
    }

    fn slot(&self, name: &str) -> Result<(&'a Slot, &'a [u8]), FieldError> {
        let position = self.layout.position(name);
        let slot = position.and_then(|index| self.layout.slots().get(index));
        let slot = slot.ok_or_else(|| FieldError::Absent { field: name.to_owned() })?;
        Ok((slot, self.at(slot)))
    }

    /// Whether something hangs on the field; see [`super::decisive`].
    pub(crate) fn decides(&self, name: &str) -> bool {
        let position = self.layout.position(name);
        position.and_then(|at| self.layout.slots().get(at)).is_none_or(|slot| slot.decides)
    }

    /// A field from which a value can be had.
    fn sound(&self, name: &str) -> Result<(&'a Slot, &'a [u8]), FieldError> {
        let (slot, bytes) = self.slot(name)?;
        if self.flawed {
            validate::reads(slot.kind, bytes)
                .map_err(|problem| FieldError::malformed(slot, bytes, problem))?;
        }
        Ok((slot, bytes))
    }

    /// The bytes of a slot of this record's layout, with their fill.
    pub fn at(&self, slot: &Slot) -> &'a [u8] {
        self.bytes.get(slot.offset..slot.offset + slot.width).unwrap_or_default()
    }

    /// The bytes of a field, with their fill.
    pub fn raw(&self, name: &str) -> Result<&'a [u8], FieldError> {
        self.slot(name).map(|(_, bytes)| bytes)
    }

    /// Whether a field holds nothing but its fill; a field the file lacks is blank too.
    pub fn is_blank(&self, name: &str) -> bool {
        self.slot(name).map_or(true, |(slot, bytes)| is_blank(slot.kind, bytes))
    }

    /// The text of a `C` field, or the digits of an `A` field, without fill.
    pub fn text(&self, name: &str) -> Result<Cow<'a, str>, FieldError> {
        let (slot, bytes) = self.sound(name)?;
        match slot.kind {
            FieldType::C(_) | FieldType::A(_) | FieldType::Text => Ok(text(bytes)),
            FieldType::N { .. } => Err(FieldError::wrong_type(slot, "text")),
        }
    }

    /// The digits of an `A` field; a `C` field does as well if it holds digits, since editions
    /// differ in that.
    pub fn digits(&self, name: &str) -> Result<Cow<'a, str>, FieldError> {
        let digits = self.text(name)?;
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(digits);
        }
        Err(FieldError::NotDigits { field: name.to_owned(), value: digits.into_owned() })
    }

    /// The number of an `N` field; spaces are 0.
    pub fn decimal(&self, name: &str) -> Result<Decimal, FieldError> {
        let (slot, bytes) = self.sound(name)?;
        match slot.kind {
            FieldType::N { decimals, .. } => Ok(number(bytes, decimals)),
            FieldType::C(_) | FieldType::A(_) | FieldType::Text => {
                Err(FieldError::wrong_type(slot, "a number"))
            }
        }
    }

    /// The number of an `N` field with the sign of its neighbour `<name>Flag`: 0 or blank is
    /// plus, 1 is minus.
    pub fn signed(&self, name: &str) -> Result<Decimal, FieldError> {
        let number = self.decimal(name)?;
        let flag = format!("{name}Flag");
        match self.text(&flag)?.as_ref() {
            "" | "0" => Ok(number),
            "1" => Ok(-number),
            other => Err(FieldError::Sign { field: flag, value: other.to_owned() }),
        }
    }

    /// The day of a field of eight digits; blank is no day.
    pub fn date(&self, name: &str) -> Result<Option<NaiveDate>, FieldError> {
        let digits = self.text(name)?;
        if digits.is_empty() {
            return Ok(None);
        }
        let date = parse_date(&digits).map(Some);
        date.ok_or_else(|| FieldError::Date { field: name.to_owned(), value: digits.into_owned() })
    }

    /// The time of a field of six digits, `HHMMSS`; blank is no time.
    pub fn time(&self, name: &str) -> Result<Option<NaiveTime>, FieldError> {
        let digits = self.text(name)?;
        if digits.is_empty() {
            return Ok(None);
        }
        let time = parse_time(&digits).map(Some);
        time.ok_or_else(|| FieldError::Time { field: name.to_owned(), value: digits.into_owned() })
    }

    /// What a slot says, for people and for other formats: text, digits, or a number such as
    /// `1234.50` with the decimals of its type.
    pub fn display(&self, slot: &Slot) -> Cow<'a, str> {
        let bytes = self.at(slot);
        match slot.kind {
            // What cannot be read is shown as it stands there.
            FieldType::N { .. } if self.flawed && validate::reads(slot.kind, bytes).is_err() => {
                text(bytes)
            }
            FieldType::N { decimals, .. } => Cow::Owned(number(bytes, decimals).to_string()),
            FieldType::C(_) | FieldType::A(_) | FieldType::Text => text(bytes),
        }
    }

    /// A copy that can outlive the reader's buffer and be changed.
    pub fn to_record(&self) -> Record {
        let (layout, bytes) = (Arc::clone(self.layout), self.bytes.to_vec());
        Record { layout, bytes, flawed: self.flawed }
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    gb18030::decode(bytes.trim_ascii_end())
}

fn number(bytes: &[u8], decimals: u32) -> Decimal {
    // Validated: digits or spaces only, and at most 18 of them.
    let digit = |byte: &u8| i64::from(byte.saturating_sub(b'0'));
    Decimal::new(bytes.iter().fold(0, |sum, byte| sum * 10 + digit(byte)), decimals)
}

fn parse_time(digits: &str) -> Option<NaiveTime> {
    let six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    NaiveTime::from_hms_opt(part(0..2).filter(|_| six)?, part(2..4)?, part(4..6)?)
}

fn is_blank(kind: FieldType, bytes: &[u8]) -> bool {
    let number = matches!(kind, FieldType::N { .. });
    bytes.iter().all(|byte| *byte == b' ' || (number && *byte == b'0'))
}

impl Record {
    /// A record in which every field is absent.
    pub fn blank(layout: &Arc<Layout>) -> Self {
        let (layout, bytes) = (Arc::clone(layout), vec![b' '; layout.width()]);
        let mut record = Self { layout, bytes, flawed: false };
        record.clear();
        record
    }

    /// Makes every field absent again, without giving the buffer back.
    pub fn clear(&mut self) {
        for slot in self.layout.slots() {
            self.bytes[slot.offset..slot.offset + slot.width].fill(slot.kind.fill());
        }
        self.flawed = false;
    }

    /// The record for reading.
    pub fn as_ref(&self) -> RecordRef<'_> {
        RecordRef { layout: &self.layout, bytes: &self.bytes, flawed: self.flawed }
    }

    /// Changes one field; `None` if the layout lacks it and the value is blank anyway.
    fn change(
        &mut self,
        name: &str,
        blank: bool,
        write: impl FnOnce(&Slot, &mut [u8]) -> Result<(), FieldError>,
    ) -> Result<(), FieldError> {
        let Some(position) = self.layout.position(name) else {
            let absent = FieldError::Absent { field: name.to_owned() };
            return if blank { Ok(()) } else { Err(absent) };
        };
        let slot = &self.layout.slots()[position];
        write(slot, &mut self.bytes[slot.offset..slot.offset + slot.width])
    }

    /// Writes text to a `C` field, or digits to an `A` field.
    pub fn set_text(&mut self, name: &str, value: &str) -> Result<(), FieldError> {
        self.change(name, value.is_empty(), |slot, room| match slot.kind {
            FieldType::C(_) => write_text(slot, room, value),
            FieldType::A(_) => write_digits(slot, room, value),
            FieldType::N { .. } | FieldType::Text => Err(FieldError::wrong_type(slot, "text")),
        })
    }

    /// Writes a number to an `N` field.
    pub fn set_decimal(&mut self, name: &str, value: Decimal) -> Result<(), FieldError> {
        self.change(name, value.is_zero(), |slot, room| match slot.kind {
            FieldType::N { decimals, .. } => write_number(slot, room, decimals, value),
            FieldType::C(_) | FieldType::A(_) | FieldType::Text => {
                Err(FieldError::wrong_type(slot, "a number"))
            }
        })
    }

    /// Writes a number to an `N` field and its sign to the neighbour `<name>Flag`.
    pub fn set_signed(&mut self, name: &str, value: Decimal) -> Result<(), FieldError> {
        let minus = value.is_sign_negative() && !value.is_zero();
        self.set_decimal(name, value.abs())?;
        let flag = format!("{name}Flag");
        if !minus && self.layout.position(&flag).is_none() {
            return Ok(());
        }
        self.set_text(&flag, if minus { "1" } else { "0" })
    }

    /// Writes a day as `YYYYMMDD`; no day is blank.
    pub fn set_date(&mut self, name: &str, value: Option<NaiveDate>) -> Result<(), FieldError> {
        let Some(day) = value else { return self.set_text(name, "") };
        let Some(year) = u32::try_from(day.year()).ok().filter(|year| *year <= 9_999) else {
            return Err(FieldError::Date { field: name.to_owned(), value: day.to_string() });
        };
        let mut digits = [0; 8];
        write_padded(&mut digits, u64::from(year * 10_000 + day.month() * 100 + day.day()));
        self.set_text(name, str::from_utf8(&digits).unwrap_or_default())
    }

    /// Writes a time as `HHMMSS`; no time is blank. Leap seconds and fractions have no place in
    /// the field and are refused.
    pub fn set_time(&mut self, name: &str, value: Option<NaiveTime>) -> Result<(), FieldError> {
        if let Some(time) = value.filter(|time| time.nanosecond() != 0) {
            return Err(FieldError::Time { field: name.to_owned(), value: time.to_string() });
        }
        let Some(time) = value else { return self.set_text(name, "") };
        let mut digits = [0; 6];
        let number = time.hour() * 10_000 + time.minute() * 100 + time.second();
        write_padded(&mut digits, u64::from(number));
        self.set_text(name, str::from_utf8(&digits).unwrap_or_default())
    }

    /// Writes a value in the form in which [`RecordRef::display`] gives it.
    pub fn set_displayed(&mut self, name: &str, value: &str) -> Result<(), FieldError> {
        let position = self.layout.position(name);
        let kind = position.map(|index| self.layout.slots()[index].kind);
        if !matches!(kind, Some(FieldType::N { .. })) {
            return self.set_text(name, value);
        }
        let number = if value.is_empty() { Some(Decimal::ZERO) } else { plain_number(value) };
        let not_a_number =
            || FieldError::NotDigits { field: name.to_owned(), value: value.to_owned() };
        self.set_decimal(name, number.ok_or_else(not_a_number)?)
    }
}

/// Digits, and after a point at least one: a parser of decimals takes signs, separators and bare points, too.
fn plain_number(value: &str) -> Option<Decimal> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
    let number = whole.strip_prefix('-').unwrap_or(whole);
    let plain = digits(number) && digits(part) && (number.len() == 1 || !number.starts_with('0'));
    plain.then(|| Decimal::from_str_exact(value).ok()).flatten()
}

fn write_text(slot: &Slot, room: &mut [u8], value: &str) -> Result<(), FieldError> {
    if value.ends_with(' ') {
        return Err(FieldError::TrailingSpace {
            field: slot.name.to_string(),
            value: value.into(),
        });
    }
    let field = || slot.name.to_string();
    let written = gb18030::encode(value, room).map_err(|fault| FieldError::Text {
        field: field(),
        value: value.to_owned(),
        fault,
    })?;
    let Some(len) = written else {
        let taken = gb18030::encoded_len(value);
        let (value, limit) = (value.to_owned(), slot.width);
        return Err(FieldError::TooLong { field: field(), value, taken, limit });
    };
    room[len..].fill(b' ');
    Ok(())
}

fn write_digits(slot: &Slot, room: &mut [u8], value: &str) -> Result<(), FieldError> {
    let (field, text) = (|| slot.name.to_string(), || value.to_owned());
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FieldError::NotDigits { field: field(), value: text() });
    }
    let Some(front) = room.get_mut(..value.len()) else {
        let (taken, limit) = (value.len(), slot.width);
        return Err(FieldError::TooLong { field: field(), value: text(), taken, limit });
    };
    front.copy_from_slice(value.as_bytes());
    room[value.len()..].fill(b' ');
    Ok(())
}

fn write_number(
    slot: &Slot,
    room: &mut [u8],
    decimals: u32,
    value: Decimal,
) -> Result<(), FieldError> {
    let field = || slot.name.to_string();
    if value.is_sign_negative() && !value.is_zero() {
        return Err(FieldError::Negative { field: field(), value });
    }
    let short = if value.scale() > decimals { value.normalize() } else { value };
    let Some(missing) = decimals.checked_sub(short.scale()) else {
        return Err(FieldError::Decimals { field: field(), value, limit: decimals });
    };
    let too_large =
        || FieldError::TooLarge { field: slot.name.to_string(), value, kind: slot.kind };
    let scaled = u64::try_from(short.mantissa())
        .ok()
        .zip(10_u64.checked_pow(missing))
        .and_then(|(mantissa, factor)| mantissa.checked_mul(factor));
    let number = scaled.ok_or_else(too_large)?;
    let digits: u32 = number.checked_ilog10().map_or(1, |power| power + 1);
    if digits as usize > room.len() {
        return Err(too_large());
    }
    write_padded(room, number);
    Ok(())
}

/// Writes the last digits of a number, with zeros in front.
fn write_padded(room: &mut [u8], number: u64) {
    let mut rest = number;
    for place in room.iter_mut().rev() {
        *place = b"0123456789"[(rest % 10) as usize];
        rest /= 10;
    }
}
