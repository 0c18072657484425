//! Records of file 06, as a dividend that can be booked.
//!
//! 1. Money funds give income, which is booked per day; a record of one is left to a person.
//! 2. A record that does not add up is none that can be booked: what it gives must be shares or money, not both and not
//!    neither; nothing of it may be frozen; shares must be what the money buys at its price, to a share of 0.01.

use super::puzzles::{Puzzle, Source};
use crate::exchange::{
    field_error::FieldError, flow::dividend::Dividend, return_code::ReturnCodes,
};
use chrono::NaiveDate;
use fundflow_domain::{
    ids::FundCode,
    money::{Amount, Nav, Shares},
    orders::Serial,
};
use rust_decimal::Decimal;

/// A dividend of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedDividend {
    /// The registrar's number of the record.
    pub serial: Serial,
    /// The fund account that gets it.
    pub account: String,
    /// The fund that gives it.
    pub fund: FundCode,
    /// The day whose holders get it.
    pub record_date: NaiveDate,
    /// The day on which the registrar booked it.
    pub confirmed_on: NaiveDate,
    /// Shares that it was reckoned on.
    pub basis: Shares,
    /// What the account gets.
    pub gives: Gives,
    /// The record as the case has it that is opened where nobody can book it.
    source: Puzzle,
}

/// What an account gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gives {
    /// Shares, at a price, for so much money.
    Shares {
        /// As the registrar registered them.
        shares: Shares,
        /// Yuan per share.
        nav: Nav,
        /// What they cost.
        amount: Amount,
    },
    /// Money, on a day of payment.
    Cash {
        /// Yuan to the fen.
        amount: Amount,
        /// The day on which the fund pays.
        paid_on: NaiveDate,
    },
}

impl StatedDividend {
    /// The record as a case, with why nobody books it.
    pub fn puzzle(&self, why: &str) -> Puzzle {
        self.source.clone().with(why)
    }
}

/// One hundredth of a share, and what the money may be off by its own fen.
const SHARE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Reads a record, or says why it cannot be booked.
pub(super) fn stated(source: &Source<'_>, codes: &ReturnCodes) -> Result<StatedDividend, String> {
    let text = |error: FieldError| error.to_string();
    let row = Dividend::from_record(source.record.as_ref()).map_err(text)?;
    let code = codes.explain(source.registrar, &row.return_code);
    if !code.is_success() {
        return Err(format!("the dividend was not given: {code}"));
    }
    if row.business_code != DIVIDEND {
        return Err(format!("business {} is no dividend, which is {DIVIDEND}", row.business_code));
    }
    let frozen = [row.total_frozen_vol, row.frozen_reinvested_vol, row.frozen_balance];
    if frozen.iter().any(|it| !it.is_zero()) {
        return Err("some of it is frozen, which is not followed here".to_owned());
    }
    let wrong = |what: &str| format!("{what} cannot be read as what a dividend has there");
    let day = |day: Option<NaiveDate>, what: &str| day.ok_or_else(|| format!("{what} is missing"));
    let confirmed_on = day(row.transaction_cfm_date, "TransactionCfmDate")?;
    Ok(StatedDividend {
        serial: Serial::new(row.ta_serial_no.as_str()).map_err(|_| wrong("TASerialNO"))?,
        fund: row.fund_code.parse().map_err(|_| wrong("FundCode"))?,
        record_date: day(row.registration_date, "RegistrationDate")?,
        confirmed_on,
        basis: Shares::new(row.basis).map_err(|_| wrong("BasisforCalculatingDividend"))?,
        gives: gives(&row, &wrong)?,
        source: source.puzzle(String::new()),
        account: row.ta_account_id,
    })
}

/// A dividend's business code (143).
const DIVIDEND: &str = "143";

fn gives(row: &Dividend, wrong: &dyn Fn(&str) -> String) -> Result<Gives, String> {
    match (row.reinvested_vol.is_zero(), row.dividend_amount.is_zero()) {
        (false, true) => reinvested(row, wrong),
        (true, false) => {
            let amount = Amount::new(row.dividend_amount).map_err(|_| wrong("DividendAmount"))?;
            let paid_on = row.dividend_date.ok_or("DividentDate is missing")?;
            Ok(Gives::Cash { amount, paid_on })
        }
        (true, true) => Err("it gives neither shares nor money".to_owned()),
        (false, false) => {
            Err("it gives shares and money in one record; nothing says how they add up".to_owned())
        }
    }
}

/// What the money buys, after what the registrar charges, may be off by a hundredth of a share.
fn reinvested(row: &Dividend, wrong: &dyn Fn(&str) -> String) -> Result<Gives, String> {
    let shares =
        Shares::new(row.reinvested_vol).map_err(|_| wrong("VolOfDividendforReinvestment"))?;
    let nav = Nav::new(row.nav).map_err(|_| wrong("NAV"))?;
    let amount = Amount::new(row.confirmed_amount).map_err(|_| wrong("ConfirmedAmount"))?;
    let bought = row.confirmed_amount.checked_sub(row.charge);
    let bought = bought.and_then(|it| it.checked_div(row.nav));
    let off = bought.and_then(|it| it.checked_sub(row.reinvested_vol)).map(|it| it.abs());
    if off.is_none_or(|off| off > SHARE) {
        let (charge, nav) = (row.charge, row.nav);
        return Err(format!("{amount} yuan less {charge} at {nav} are not {shares} shares"));
    }
    Ok(Gives::Shares { shares, nav, amount })
}
