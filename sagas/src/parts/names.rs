//! Names that the engine gives itself. Whoever else had one would be in the way of what is to be booked
//! under it, so a caller's request of that form is refused, whether the name is in use yet or not: every saga
//! of the fund business [reserves](RESERVED) these forms against every saga that is registered beside it.
//!
//! | form | names |
//! |---|---|
//! | `{plan}.{yyyymmdd}` | the purchase of a plan's date |
//! | `frozen.{yyyymmdd}.{fund}.{investor}` | what a register states of a day; `frozen2.…` where a store of before has the first in other use |
//! | `{fund}.{yyyy-mm-dd}`, with `.{publication}` of a correction | a money fund's income of a day; `income.{fund}.…` in the same way |
//! | `case.{32 digits}` | what is recorded of a case that belongs to no transaction |
//! | `cut.{registrar}.{yyyy-mm-dd}` | the day-cut of a T with a registrar |
//! | `dividend.{registrar}.{serial}` | a dividend that a registrar's record states |
//! | `clear.{party}.{yyyy-mm-dd}` | what a counterparty and we settle of a T |

use fundflow_domain::{
    ids::{DistributorCode, PlanId, TransactionId},
    personal,
};
pub use fundflow_runtime::saga::Brought;
use fundflow_runtime::saga::NameForm;
use std::{borrow::Borrow, fmt};

/// What no caller may name.
pub const RESERVED: &[NameForm] = &[
    NameForm { of: Minted::Statement.text(), has: |id| Minted::of(id) == Some(Minted::Statement) },
    NameForm { of: Minted::Income.text(), has: |id| Minted::of(id) == Some(Minted::Income) },
    NameForm { of: Minted::Case.text(), has: |id| Minted::of(id) == Some(Minted::Case) },
    NameForm { of: Minted::DayCut.text(), has: |id| Minted::of(id) == Some(Minted::DayCut) },
    NameForm { of: Minted::Dividend.text(), has: |id| Minted::of(id) == Some(Minted::Dividend) },
    NameForm { of: Minted::Clearing.text(), has: |id| Minted::of(id) == Some(Minted::Clearing) },
    NameForm {
        of: Minted::Occurrence.text(),
        has: |id| Minted::of(id) == Some(Minted::Occurrence),
    },
];

/// What the engine names by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minted {
    /// What a register states of a day as frozen.
    Statement,
    /// A money fund's income of a day.
    Income,
    /// A case without a transaction.
    Case,
    /// The day-cut of a T.
    DayCut,
    /// A dividend that a registrar states.
    Dividend,
    /// What a counterparty and we settle of a T.
    Clearing,
    /// The purchase of a plan's date.
    Occurrence,
}

/// The name is one that the engine gives itself. Use another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{id} has the form {minted}, which the engine itself gives; use a transaction ID of another form"
)]
pub struct Reserved {
    /// The request's transaction.
    pub id: TransactionId,
    /// What such names stand for.
    pub minted: Minted,
}

impl Minted {
    /// What a name of that form stands for; `None` for a name that a caller may have.
    pub fn of(id: &TransactionId) -> Option<Self> {
        let name = id.as_str();
        let parts: Vec<&str> = name.split('.').collect();
        match parts[..] {
            ["frozen" | "frozen2", day, _, ..] if digits(day, 8) => Some(Minted::Statement),
            ["income", fund, day, ..] | [fund, day, ..] if digits(fund, 6) && is_day(day) => {
                Some(Minted::Income)
            }
            ["case", case] if case.len() == 32 && case.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Some(Minted::Case)
            }
            // A registrar's code may have dots of its own.
            ["cut", _, .., day] if is_day(day) => Some(Minted::DayCut),
            ["dividend", _, _, ..] => Some(Minted::Dividend),
            ["clear", _, .., day] if is_day(day) => Some(Minted::Clearing),
            _ => PlanId::of_occurrence(id).map(|_| Minted::Occurrence),
        }
    }
}

impl Minted {
    /// What such names stand for, and their form.
    pub const fn text(self) -> &'static str {
        match self {
            Minted::Statement => "of a register's statement (frozen.{yyyymmdd}.{fund}.{investor})",
            Minted::Income => "of a fund's income of a day ({fund}.{yyyy-mm-dd})",
            Minted::Case => "of a case (case.{case})",
            Minted::DayCut => "of a day-cut (cut.{registrar}.{yyyy-mm-dd})",
            Minted::Dividend => "of a dividend (dividend.{registrar}.{serial})",
            Minted::Clearing => "of a settlement (clear.{party}.{yyyy-mm-dd})",
            Minted::Occurrence => "of a plan's date ({plan}.{yyyymmdd})",
        }
    }
}

impl fmt::Display for Minted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text())
    }
}

/// The refusal of a name that the engine gives itself; `None` for another one.
pub fn refused<R: From<Reserved>>(id: &TransactionId) -> Option<R> {
    Some(Reserved { id: id.clone(), minted: Minted::of(id)? }.into())
}

/// The end of a summary: through whom it was asked for, where the request names somebody.
pub fn through(distributor: Option<&DistributorCode>) -> String {
    distributor.map(|code| format!(", through {code}")).unwrap_or_default()
}

/// Writes how a shipped saga refuses such names, and which of its requests the engine names: those of which
/// the expression says what their name stands for.
macro_rules! refuses_reserved {
    () => {
        fn reserved(name: &TransactionId) -> Option<Refusal> {
            names::refused(name)
        }

        fn unfit(brought: $crate::parts::names::Brought<'_>) -> Option<String> {
            names::unfit(brought)
        }
    };
    ($request:ident => $minted:expr) => {
        fn named_by_the_house($request: &Request) -> Option<&'static str> {
            Option::map($minted, Minted::text)
        }

        names::refuses_reserved!();
    };
}
pub(crate) use refuses_reserved;

/// Why a name or a person's words may not be stored, whichever saga they are brought to.
pub fn unfit(brought: Brought<'_>) -> Option<String> {
    let look = if brought.is_token { personal::unfit_token } else { personal::unfit_words };
    let hidden = personal::masked(brought.text);
    look(brought.text).map(|why| format!("\"{hidden}\" {why}"))
}

/// Writes which fields of a shipped saga's request are tokens, and what of its commands is looked at: tokens, but for
/// the reason.
macro_rules! brings {
    ([$($field:ident),*]) => {
        fn brings(request: &Request) -> Vec<$crate::parts::names::Brought<'_>> {
            vec![$($crate::parts::names::brought(stringify!($field), &request.$field)),*]
        }
    };
    ([$($field:ident),*] $($variant:ident { $($part:ident),+ }),+) => {
        names::brings!([$($field),*]);

        fn brings_by(command: &Command) -> Vec<$crate::parts::names::Brought<'_>> {
            match command {
                $(Command::$variant { $($part,)+ .. } => {
                    vec![$($crate::parts::names::brought(stringify!($part), $part)),+]
                })+
                _ => Vec::new(),
            }
        }
    };
}
pub(crate) use brings;

/// A field of that name.
pub fn brought<'a>(field: &'static str, text: &'a impl Borrow<str>) -> Brought<'a> {
    if field == "reason" { Brought::words(field, text) } else { Brought::token(field, text) }
}

fn digits(text: &str, width: usize) -> bool {
    text.len() == width && text.bytes().all(|b| b.is_ascii_digit())
}

/// `yyyy-mm-dd`, whether there is such a day or not.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_engines_forms_are_reserved_and_others_are_not() {
        let of = |name: &str| Minted::of(&name.parse().unwrap());
        for (name, minted) in [
            ("PL.20260320", Minted::Occurrence),
            ("frozen.20260310", Minted::Occurrence),
            ("frozen.20260310.000730.J-001", Minted::Statement),
            ("frozen2.20260310.000730.J.001", Minted::Statement),
            ("frozen.20260310.000730.20260311", Minted::Statement),
            ("000730.2026-03-04", Minted::Income),
            ("000730.2026-03-04.1", Minted::Income),
            ("income.000730.2026-03-04", Minted::Income),
            ("income.000730.2026-03-04.255", Minted::Income),
            ("case.0123456789abcdef0123456789abcdef", Minted::Case),
            ("cut.05.2026-03-02", Minted::DayCut),
            ("cut.TA.5.2026-03-02", Minted::DayCut),
            ("clear.channel.2026-03-02", Minted::Clearing),
            ("clear.fund.000730.2026-03-02", Minted::Clearing),
            ("dividend.05.DIV-1", Minted::Dividend),
        ] {
            assert_eq!(of(name), Some(minted), "{name}");
            let form = NameForm::among(RESERVED, &name.parse().unwrap()).unwrap();
            assert_eq!(form.of, minted.text(), "{name}");
            let refused = refused::<Reserved>(&name.parse().unwrap()).unwrap().to_string();
            assert!(refused.starts_with(name), "{refused}");
        }
        for name in [
            "D-0026",
            "PL.20260231",
            "frozen.J-001",
            "000730.2026",
            "case.7",
            "income.1",
            "cut.2026-03-02",
            "cut.05.J-001",
        ] {
            assert_eq!(of(name), None, "{name}");
            assert!(NameForm::among(RESERVED, &name.parse().unwrap()).is_none(), "{name}");
        }
    }
}
