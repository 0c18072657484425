//! How a person's word becomes a command of each shipped saga; `None` where it takes no such word.

use crate::registry::Word;
use fundflow::runtime::saga::Saga as _;
use fundflow_sagas::{
    conversion, day_cut, discount_purchase, dividend, fast_withdraw, parts::milestone::Scope,
    purchase, recharge, redemption, regular_plan, withdraw,
};

/// That a saga of that kind does not take the word, and what is to be said instead.
pub(crate) fn not_taken(kind: &str, word: &Word) -> String {
    let is_plan = kind == regular_plan::RegularPlans::KIND;
    match word {
        Word::Cancel { .. } if is_plan => "a regular plan is not cancelled, it is ended: with a row of the \
            kind plan_end, or with `fundflow plan end PLAN --reason TEXT`; each of its purchases has an ID of \
            its own, PLAN.YYYYMMDD, and is cancelled by that"
            .to_owned(),
        Word::Cancel { scope: Scope::Conversion | Scope::Target, .. } => {
            format!("a saga of kind {kind} has no conversion of its own; cancel all of it")
        }
        Word::Cancel { scope: Scope::All, .. } => {
            format!("a saga of kind {kind} cannot be cancelled")
        }
        Word::Date { .. } => format!("a saga of kind {kind} asks nobody when money was paid"),
        Word::Redirect { .. } => format!("a saga of kind {kind} pays nothing to an account"),
        Word::Plan(_) => format!("a saga of kind {kind} is no regular plan"),
        Word::DayCut(_) => format!("a saga of kind {kind} is no day-cut"),
        Word::CloseCase { .. } => format!("a saga of kind {kind} waits for no case"),
    }
}

pub(crate) fn regular_plan(word: Word) -> Option<regular_plan::Command> {
    match word {
        Word::Plan(command) => Some(command),
        Word::Cancel { .. }
        | Word::Date { .. }
        | Word::Redirect { .. }
        | Word::DayCut(_)
        | Word::CloseCase { .. } => None,
    }
}

pub(crate) fn day_cut(word: Word) -> Option<day_cut::Command> {
    match word {
        Word::DayCut(command) => Some(command),
        Word::Cancel { .. }
        | Word::Date { .. }
        | Word::Redirect { .. }
        | Word::Plan(_)
        | Word::CloseCase { .. } => None,
    }
}

pub(crate) fn dividend(word: Word) -> Option<dividend::Command> {
    match word {
        Word::Redirect { account, own_name, reason } => {
            Some(dividend::Command::Redirect { account, own_name, reason })
        }
        Word::Cancel { .. }
        | Word::Date { .. }
        | Word::Plan(_)
        | Word::DayCut(_)
        | Word::CloseCase { .. } => None,
    }
}

pub(crate) fn discount_purchase(word: Word) -> Option<discount_purchase::Command> {
    use discount_purchase::Command as C;
    Some(match word {
        Word::Cancel { at, scope } => C::Cancel { at, scope },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Plan(_) | Word::DayCut(_) => return None,
    })
}

pub(crate) fn recharge(word: Word) -> Option<recharge::Command> {
    use recharge::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion | Scope::Target, .. }
        | Word::Plan(_)
        | Word::DayCut(_) => {
            return None;
        }
    })
}

pub(crate) fn withdraw(word: Word) -> Option<withdraw::Command> {
    use withdraw::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion | Scope::Target, .. }
        | Word::Date { .. }
        | Word::Plan(_)
        | Word::DayCut(_) => {
            return None;
        }
    })
}

pub(crate) fn fast_withdraw(word: Word) -> Option<fast_withdraw::Command> {
    use fast_withdraw::Command as C;
    Some(match word {
        Word::Cancel { .. } => C::Cancel,
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Date { .. } | Word::Plan(_) | Word::DayCut(_) => return None,
    })
}

pub(crate) fn purchase(word: Word) -> Option<purchase::Command> {
    use purchase::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Date { at, reason } => C::Date { at, reason },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion | Scope::Target, .. }
        | Word::Plan(_)
        | Word::DayCut(_) => {
            return None;
        }
    })
}

pub(crate) fn redemption(word: Word) -> Option<redemption::Command> {
    use redemption::Command as C;
    Some(match word {
        Word::Cancel { at, scope: Scope::All } => C::Cancel { at },
        Word::Redirect { account, own_name, reason } => C::Redirect { account, own_name, reason },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Cancel { scope: Scope::Conversion | Scope::Target, .. }
        | Word::Date { .. }
        | Word::Plan(_)
        | Word::DayCut(_) => {
            return None;
        }
    })
}

pub(crate) fn conversion(word: Word) -> Option<conversion::Command> {
    use conversion::Command as C;
    Some(match word {
        Word::Cancel { at, .. } => C::Cancel { at },
        Word::CloseCase { case, closing } => C::CloseCase { case, closing },
        Word::Date { .. } | Word::Redirect { .. } | Word::Plan(_) | Word::DayCut(_) => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn what_a_saga_does_not_take_is_refused_with_what_to_say_instead() {
        let at = "2026-02-12T10:00:00+08:00".parse().unwrap();
        let reason: Arc<str> = "r".into();
        let account = fundflow_domain::ids::AccountRef::new("a").unwrap();
        let end = Word::Plan(regular_plan::Command::End { reason: reason.clone() });
        let rows = [
            (
                "regular_plan",
                Word::Cancel { at, scope: Scope::All },
                "a regular plan is not cancelled, it is ended: with a row of the kind plan_end, or with \
                 `fundflow plan end PLAN --reason TEXT`; each of its purchases has an ID of its own, \
                 PLAN.YYYYMMDD, and is cancelled by that",
            ),
            (
                "purchase",
                Word::Cancel { at, scope: Scope::Conversion },
                "a saga of kind purchase has no conversion of its own; cancel all of it",
            ),
            (
                "income",
                Word::Cancel { at, scope: Scope::All },
                "a saga of kind income cannot be cancelled",
            ),
            (
                "withdraw",
                Word::Date { at, reason: reason.clone() },
                "a saga of kind withdraw asks nobody when money was paid",
            ),
            (
                "conversion",
                Word::Redirect { account, own_name: true, reason },
                "a saga of kind conversion pays nothing to an account",
            ),
            ("purchase", end, "a saga of kind purchase is no regular plan"),
        ];
        for (kind, word, says) in rows {
            assert_eq!(not_taken(kind, &word), says);
        }
    }
}
