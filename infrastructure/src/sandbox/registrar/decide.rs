//! What the batch makes of an application that the front took.

use super::{ApplicationEntry, Decided, Final, NotPriced, SandboxRegistrar};
use crate::sandbox::scenario::ConfirmFate;
use fundflow_domain::{
    fund_order::{Ask, Cause, Confirmation, Outcome},
    ids::{ApplicationNo, Leg, OrderId},
    money::{Amount, Shares},
    time::Timestamp,
};
use rust_decimal::{Decimal, RoundingStrategy};

/// What the purchase of the same transaction leaves for its conversion.
enum Backing {
    /// All that was asked for.
    Full,
    /// Not more than that.
    AtMost(Shares),
    /// Nothing: the purchase is void.
    Void,
}

impl SandboxRegistrar {
    /// Decides, unless it is decided, was not taken, or has no price yet.
    pub(super) fn decided(&self, entry: ApplicationEntry, now: Timestamp) -> ApplicationEntry {
        if entry.decided.is_some() || !entry.is_accepted() {
            return entry;
        }
        let (fate, delay_s) = self.scenario.confirmation(&entry.order, entry.no.as_str());
        let answer = match self.outcome(&entry, fate) {
            Ok(told) => Final::Confirmed(Box::new(told)),
            Err(NotPriced::NoNav { .. }) => return entry,
            Err(refused) => Final::Rejected(cause_of(&refused)),
        };
        let told_at = match fate {
            ConfirmFate::Missing => None,
            ConfirmFate::Late => Some(now.plus_millis(i64::from(delay_s) * 1000)),
            ConfirmFate::Confirmed
            | ConfirmFate::Partial
            | ConfirmFate::Rejected
            | ConfirmFate::Twice
            | ConfirmFate::Contradicted
            | ConfirmFate::Garbled => Some(now),
        };
        ApplicationEntry { decided: Some(Decided { answer, fate, told_at }), ..entry }
    }

    fn outcome(
        &self,
        entry: &ApplicationEntry,
        fate: ConfirmFate,
    ) -> Result<Confirmation, NotPriced> {
        if fate == ConfirmFate::Rejected {
            return Err(NotPriced::Nothing("the registrar's batch does not accept it".to_owned()));
        }
        let part = if fate == ConfirmFate::Partial {
            self.scenario.part_per_mille(&entry.order)
        } else {
            1000
        };
        match &entry.ask {
            Ask::Purchase { amount, .. } => {
                let accepted = Amount::new(cut(amount.decimal(), part));
                let none = || NotPriced::Nothing(format!("{part}‰ of {amount} yuan is nothing"));
                self.market.purchase(entry, (*amount, accepted.map_err(|_| none())?))
            }
            Ask::Conversion { shares, .. } => {
                let backed = match self.backing(&entry.order) {
                    Backing::Full => *shares,
                    Backing::AtMost(most) => (*shares).min(most),
                    Backing::Void => Shares::ZERO,
                };
                let out = Shares::new(cut(backed.decimal(), part)).unwrap_or_default();
                if out.is_zero() {
                    return Err(NotPriced::Nothing("there are no shares to convert".to_owned()));
                }
                self.market.conversion(entry, out)
            }
        }
    }

    /// Invariant 2 of the module. A purchase that is not in the books, or not decided yet, belongs
    /// to shares that this registrar has no reason to doubt.
    fn backing(&self, conversion: &OrderId) -> Backing {
        let purchase = conversion.parent().and_then(|(transaction, _)| {
            let no = ApplicationNo::of(&OrderId::of(&transaction, Leg::MoneyFund));
            self.books.as_ref()?.get(no.as_str())
        });
        match purchase.map(|entry| (entry.is_accepted(), entry.decided)) {
            None | Some((true, None)) => Backing::Full,
            Some((false, _)) => Backing::Void,
            Some((true, Some(decided))) => match decided.answer {
                Final::Rejected(_) => Backing::Void,
                Final::Confirmed(told) => match told.outcome {
                    Outcome::Purchase(told) => Backing::AtMost(told.shares),
                    Outcome::Conversion(_) => Backing::Full,
                },
            },
        }
    }
}

/// So much of it, to the last whole 0.01 below.
fn cut(whole: Decimal, per_mille: u16) -> Decimal {
    if per_mille >= 1000 {
        return whole;
    }
    let part = whole * Decimal::new(i64::from(per_mille), 3);
    part.round_dp_with_strategy(2, RoundingStrategy::ToZero)
}

/// The registrar's return code: its dictionary is the published one.
fn cause_of(refused: &NotPriced) -> Cause {
    let code = match refused {
        NotPriced::NoFund(_) => "0200",
        NotPriced::NoPair { .. } => "0223",
        NotPriced::NoNav { .. } | NotPriced::Calendar(_) => "0006",
        NotPriced::Purchase(_) => "0207",
        NotPriced::Conversion(_) => "0206",
        NotPriced::Nothing(_) => "0010",
    };
    Cause { code: code.into(), text: refused.to_string().into() }
}
