//! How a value of a typed record comes out of its column and goes back, and the macro that pairs
//! each value with its column in one place, so that reading and writing cannot drift apart.

use std::borrow::Cow;

use crate::field_error::FieldError;
use crate::record::RecordRef;
use crate::version::FileType;

/// Text and digit codes.
pub(crate) mod text {
    use super::{Cow, FieldError, RecordRef, lenient};
    use crate::record::Record;

    pub(crate) fn get(record: RecordRef<'_>, name: &str) -> Result<String, FieldError> {
        lenient(record, name, read(record, name))
    }

    pub(crate) fn read(record: RecordRef<'_>, name: &str) -> Result<String, FieldError> {
        record.text(name).map(Cow::into_owned)
    }

    pub(crate) fn put(record: &mut Record, name: &str, value: &str) -> Result<(), FieldError> {
        record.set_text(name, value)
    }
}

/// Numbers without sign.
pub(crate) mod number {
    use rust_decimal::Decimal;

    use super::{FieldError, RecordRef, lenient};
    use crate::record::Record;

    pub(crate) fn get(record: RecordRef<'_>, name: &str) -> Result<Decimal, FieldError> {
        lenient(record, name, read(record, name))
    }

    pub(crate) fn read(record: RecordRef<'_>, name: &str) -> Result<Decimal, FieldError> {
        record.decimal(name)
    }

    pub(crate) fn put(record: &mut Record, name: &str, value: &Decimal) -> Result<(), FieldError> {
        record.set_decimal(name, *value)
    }
}

/// Numbers whose sign stands in a column of its own.
pub(crate) mod signed {
    use rust_decimal::Decimal;

    use super::{FieldError, RecordRef, lenient};
    use crate::record::Record;

    pub(crate) fn get(record: RecordRef<'_>, name: &str) -> Result<Decimal, FieldError> {
        // A header with the number but without its sign must not be read as plus.
        if record.has(name) && record.decides(name) {
            return record.signed(name);
        }
        lenient(record, name, read(record, name))
    }

    pub(crate) fn read(record: RecordRef<'_>, name: &str) -> Result<Decimal, FieldError> {
        record.signed(name)
    }

    pub(crate) fn put(record: &mut Record, name: &str, value: &Decimal) -> Result<(), FieldError> {
        record.set_signed(name, *value)
    }
}

/// Columns that hold dates: eight digits, YYYYMMDD.
pub(crate) mod day {
    use chrono::NaiveDate;

    use super::{FieldError, RecordRef, lenient};
    use crate::record::Record;

    pub(crate) type Day = Option<NaiveDate>;

    pub(crate) fn get(record: RecordRef<'_>, name: &str) -> Result<Day, FieldError> {
        lenient(record, name, read(record, name))
    }

    pub(crate) fn read(record: RecordRef<'_>, name: &str) -> Result<Day, FieldError> {
        record.date(name)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "all columns are put alike")]
    pub(crate) fn put(record: &mut Record, name: &str, value: &Day) -> Result<(), FieldError> {
        record.set_date(name, *value)
    }
}

/// Times of day.
pub(crate) mod time {
    use chrono::NaiveTime;

    use super::{FieldError, RecordRef, lenient};
    use crate::record::Record;

    pub(crate) type Time = Option<NaiveTime>;

    pub(crate) fn get(record: RecordRef<'_>, name: &str) -> Result<Time, FieldError> {
        lenient(record, name, read(record, name))
    }

    pub(crate) fn read(record: RecordRef<'_>, name: &str) -> Result<Time, FieldError> {
        record.time(name)
    }

    pub(crate) fn put(record: &mut Record, name: &str, value: &Time) -> Result<(), FieldError> {
        record.set_time(name, *value)
    }
}

/// A column the header leaves out has the value of a blank one, and so has one that cannot be read and on which
/// nothing hangs.
fn lenient<T: Default>(
    record: RecordRef<'_>,
    name: &str,
    value: Result<T, FieldError>,
) -> Result<T, FieldError> {
    match value {
        Err(FieldError::Absent { .. }) => Ok(T::default()),
        Err(_) if !record.decides(name) => Ok(T::default()),
        other => other,
    }
}

/// What is wrong with the value of a column on which nothing hangs; what is wrong with its bytes was found when
/// the record was read.
pub(crate) fn oddity<T>(
    record: RecordRef<'_>,
    name: &str,
    value: Result<T, FieldError>,
) -> Option<FieldError> {
    match value.err()? {
        FieldError::Absent { .. } | FieldError::Malformed { .. } => None,
        error => Some(error).filter(|_| !record.decides(name)),
    }
}

/// Refuses a record of another kind of file, or one whose header lacks a key column.
pub(crate) fn expect(
    record: RecordRef<'_>,
    expected: FileType,
    keys: &[&str],
) -> Result<(), FieldError> {
    let found = record.layout().file_type();
    if found != expected {
        return Err(FieldError::OtherFile { expected, found });
    }
    keys.iter().try_for_each(|key| record.raw(key).map(|_| ()))
}

/// A struct, and for each of its values the column it belongs to.
macro_rules! typed_record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident in $file_type:expr, keys [$($key:literal),*] {
            $($(#[$value_doc:meta])* pub $value:ident: $kind:ty = $via:ident $column:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$value_doc])* pub $value: $kind,)*
        }

        impl $name {
            /// The kind of file this is a record of.
            pub const FILE_TYPE: FileType = $file_type;

            /// Reads a record; a key column that the header lacks is an error.
            pub fn from_record(
                record: crate::record::RecordRef<'_>,
            ) -> Result<Self, crate::field_error::FieldError> {
                super::columns::expect(record, Self::FILE_TYPE, &[$($key),*])?;
                Ok(Self { $($value: super::columns::$via::get(record, $column)?,)* })
            }

            /// Columns on which nothing hangs and whose value is none, such as the 31st of February.
            pub fn oddities(
                record: crate::record::RecordRef<'_>,
            ) -> Vec<crate::field_error::FieldError> {
                let found = [$({
                    let value = super::columns::$via::read(record, $column);
                    super::columns::oddity(record, $column, value)
                }),*];
                found.into_iter().flatten().collect()
            }

            /// Fills in a record, whose other columns become absent, and checks that the columns
            /// its kind of business needs have values.
            pub fn to_record(
                &self,
                record: &mut crate::record::Record,
            ) -> Result<(), crate::field_error::FieldError> {
                super::columns::expect(record.as_ref(), Self::FILE_TYPE, &[$($key),*])?;
                record.clear();
                $(super::columns::$via::put(record, $column, &self.$value)?;)*
                crate::required::check(record.as_ref())
            }
        }
    };
}

pub(crate) use typed_record;
