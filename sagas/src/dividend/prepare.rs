//! Whether a record may be booked: its name, its fund, whose shares it is about, and its dates.
//!
//! ```text
//! record date ≤ booked on ≤ record date + 15 days        booked on ≤ today ≤ booked on + 15 days, a trading day
//! record date ≤ paid on ≤ booked on + 31 days
//! ```
//!
//! 1. The day of booking begins the holding time of what was reinvested, and the day of payment sends money out: neither
//!    is taken from a record in which it cannot be right. Such a record is a case for a person.

use super::{Dividends, Given, Request, id, saga::holding};
use crate::parts::{names::Reserved, payout::NotRedirected};
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    bounds::OutOfBounds,
    calendar::CalendarError,
    fund::FundKind,
    ids::{FundCode, InvestorId, TransactionId},
};
use fundflow_kernel::{store::Version, streams::Streams};
use fundflow_runtime::saga::{Clash, Preparing};

/// From the day whose holders get it to the booking: the longest holiday, and some.
const BOOKED_WITHIN: Days = Days::new(15);
/// From the booking to the file that says so.
const HEARD_WITHIN: Days = Days::new(15);
/// From the booking to the payment: fifteen working days across the longest holiday.
const PAID_WITHIN: Days = Days::new(31);

/// Why a request or a command is refused. Requests are checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One record states one dividend.
    #[error("that record has stated another dividend; it differs in {}", fields.join(", "))]
    DiffersFromFirst {
        /// Names of the fields that differ.
        fields: Vec<&'static str>,
    },
    /// A key belongs to another saga.
    #[error(transparent)]
    Clash(Clash),
    /// The name stands for something else.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// A record has one name, so that nobody books it twice.
    #[error("the transaction ID of this dividend is {expected}")]
    NamedOtherwise {
        /// Registrar and number.
        expected: TransactionId,
    },
    /// Nobody can say what a fund gives without its terms.
    #[error("the catalogue has no terms of fund {0} for that day")]
    UnknownFund(FundCode),
    /// What a money fund gives is its income.
    #[error("fund {0} is a money fund; what it gives is booked as income")]
    MoneyFund(FundCode),
    /// No registrar speaks of a day before it has come.
    #[error("{on} has not come yet; today is {today}")]
    NotYet {
        /// The day on which it was booked.
        on: NaiveDate,
        /// The date of the engine's clock, in Shanghai.
        today: NaiveDate,
    },
    /// A date that cannot be right says nothing about holding time or payment.
    #[error(transparent)]
    Date(#[from] OutOfBounds),
    /// Registrars book on trading days.
    #[error("confirmed_on: {0}")]
    NoTradingDay(CalendarError),
    /// The dividend is of shares that never were.
    #[error("investor {investor} has never had shares of fund {fund} here")]
    NeverHeld {
        /// Who is said to own them.
        investor: InvestorId,
        /// The fund that they are said to be of.
        fund: FundCode,
    },
    /// The money goes to no other account.
    #[error(transparent)]
    NotRedirected(#[from] NotRedirected),
}

impl From<Clash> for Refusal {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Differs(fields) => Refusal::DiffersFromFirst { fields },
            taken @ Clash::Taken { .. } => Refusal::Clash(taken),
        }
    }
}

impl Dividends {
    pub(super) fn admitted(
        &self,
        streams: &Streams,
        of: &Preparing<'_, Self>,
    ) -> Result<(), Refusal> {
        let Request { registrar, serial, investor, fund, confirmed_on, .. } = of.request;
        if let Some(expected) = id(registrar, serial)
            && expected != *of.id
        {
            return Err(Refusal::NamedOtherwise { expected });
        }
        let (on, today) = (*confirmed_on, of.now.date());
        let terms = (self.house.funds)(*fund, on).ok_or(Refusal::UnknownFund(*fund))?;
        if terms.kind == FundKind::Money {
            return Err(Refusal::MoneyFund(*fund));
        }
        if today < on {
            return Err(Refusal::NotYet { on, today });
        }
        self.dates(of.request, today)?;
        if streams.version(holding(of.request).stream()) == Version::NONE {
            return Err(Refusal::NeverHeld { investor: investor.clone(), fund: *fund });
        }
        Ok(())
    }

    fn dates(&self, request: &Request, today: NaiveDate) -> Result<(), Refusal> {
        let Request { record_date, confirmed_on, given, .. } = request;
        let later = |date: NaiveDate, days| date.checked_add_days(days).unwrap_or(date);
        let earlier = |date: NaiveDate, days| date.checked_sub_days(days).unwrap_or(date);
        let recent = (earlier(today, HEARD_WITHIN), today);
        within("confirmed_on", *confirmed_on, recent)?;
        let before = (earlier(*confirmed_on, BOOKED_WITHIN), *confirmed_on);
        within("record_date", *record_date, before)?;
        if let Given::Cash { paid_on, .. } = given {
            let soon = (*record_date, later(*confirmed_on, PAID_WITHIN));
            within("paid_on", *paid_on, soon)?;
        }
        self.house.calendar.day(*confirmed_on).map(drop).map_err(Refusal::NoTradingDay)
    }
}

fn within(
    field: &'static str,
    date: NaiveDate,
    (earliest, latest): (NaiveDate, NaiveDate),
) -> Result<(), OutOfBounds> {
    if earliest <= date && date <= latest {
        return Ok(());
    }
    let [value, earliest, latest] = [date, earliest, latest].map(|date| date.to_string());
    Err(OutOfBounds { field, value, earliest, latest, zone_hours: None })
}
