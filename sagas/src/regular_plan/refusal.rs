//! Why a plan is not opened, or not changed.

use crate::parts::names::Reserved;
use chrono::NaiveDate;
use fundflow_domain::{
    admission,
    bounds::OutOfBounds,
    calendar::CalendarError,
    ids::{FundCode, TransactionId},
    investor::AnotherAccount,
    plan::{self, Frequency},
    time::Timestamp,
};
use fundflow_runtime::saga::Clash;

/// Why a request or a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Same plan, other terms. Use a new ID for a new plan, and a change to change this one.
    #[error("the plan ID already stands for a plan on other terms; they differ in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// The engine gives such names itself. Use another ID.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// The ID leaves no room for dates.
    #[error("{0} is no plan ID: at most 48 characters")]
    NotAPlanId(TransactionId),
    /// Nobody can decide on a fund without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// Shares of a money-market fund belong in a wallet.
    #[error("fund {0} is a money-market fund; a plan buys other funds")]
    MoneyFund(FundCode),
    /// No way leads by that wallet into the fund, whatever the day.
    #[error("a plan by way of wallet fund {wallet} cannot buy fund {fund}: {why}")]
    ThroughWallet {
        /// The money-market fund in between.
        wallet: FundCode,
        /// The fund that the plan is to buy.
        fund: FundCode,
        /// What the discount purchase of each date would be refused for.
        why: Box<admission::Refusal>,
    },
    /// Its first date would be missed at once.
    #[error("the plan would start on {start}, before {today}")]
    StartsInThePast {
        /// The first date of the plan.
        start: NaiveDate,
        /// The day of the request.
        today: NaiveDate,
    },
    /// Its first date would be missed at once: orders of that day are no longer taken.
    #[error(
        "the plan would start on {start}, whose orders were taken until {cut_off}; start it later"
    )]
    StartsAfterCutOff {
        /// The first date of the plan.
        start: NaiveDate,
        /// Until when its first purchase could be asked for.
        cut_off: Timestamp,
    },
    /// Nobody knows yet on which days it could invest.
    #[error("a plan cannot start, nor change, on {start}: {why}")]
    BeyondCalendar {
        /// The first date of the plan, or of the change.
        start: NaiveDate,
        /// Error of the calendar, with the span that it covers.
        why: CalendarError,
    },
    /// It would end without a date.
    #[error(
        "the plan would invest {frequency}, and no such date is left from {from} on and through {through}: it \
         needs one"
    )]
    NoDate {
        /// How often the plan would invest.
        frequency: Frequency,
        /// The first date of the plan, or of the change.
        from: NaiveDate,
        /// The last date of the plan.
        through: NaiveDate,
    },
    /// A word that was said before the plan was opened, or that is of an instant which has not come: it would
    /// stand against every word until then.
    #[error("{}", outside(.0))]
    OutOfBounds(#[from] OutOfBounds),
    /// Another account than the investor's pays, or is paid.
    #[error(transparent)]
    AnotherAccount(#[from] AnotherAccount),
    /// The rules of the business decline it.
    #[error(transparent)]
    NotAdmitted(#[from] admission::Refusal),
    /// The plan's own rules decline it.
    #[error(transparent)]
    NotAgreed(#[from] plan::Refusal),
    /// The plan's stream cannot be read.
    #[error("{0}")]
    Damaged(String),
}

impl From<Clash> for Refusal {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Differs(fields) => Refusal::DiffersFromFirst { fields },
            taken @ Clash::Taken { .. } => Refusal::Clash(taken),
        }
    }
}

fn outside(out: &OutOfBounds) -> String {
    let OutOfBounds { field, value, earliest, latest, .. } = out;
    let advice = out.zone_hint().map_or_else(
        || "give an instant in between, or say it when it is time".to_owned(),
        |hint| format!("{hint}: write the instant with its own zone, or say it when it is time"),
    );
    format!(
        "{field} {value} is outside of {earliest} to {latest}, the plan's opening and now; {advice}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_that_is_out_of_bounds_is_refused_in_one_sentence() {
        let rows = [
            (
                Some(8),
                "8 hours earlier it would fit, so its zone is probably wrong: write the instant \
                       with its own zone, or say it when it is time",
            ),
            (
                Some(-1),
                "1 hour later it would fit, so its zone is probably wrong: write the instant \
                        with its own zone, or say it when it is time",
            ),
            (None, "give an instant in between, or say it when it is time"),
        ];
        for (zone_hours, advice) in rows {
            let text = |of: &str| of.to_owned();
            let (value, earliest, latest) = (text("C"), text("A"), text("B"));
            let out = OutOfBounds { field: "at", value, earliest, latest, zone_hours };
            let said = Refusal::from(out).to_string();
            assert_eq!(
                said,
                format!("at C is outside of A to B, the plan's opening and now; {advice}")
            );
        }
    }
}
