//! A trading day as a folder that a person writes and edits.
//!
//! ```text
//! day.toml        the trade date, the seed, the parties; written last: without it there is no day
//! orders.csv      who asks for what, when, for how much; without a column `kind` all are discount purchases
//! investors.csv   who they are, as far as a rule asks
//! navs.csv        the prices of each day
//! scenario.toml   what the counterparties do; may be missing: then all goes well
//! funds/*.toml    the funds' terms; may be missing: then the catalogue that is part of the program, which
//!                 also counts beside them where day.toml says `funds = "added"`
//! ```
//!
//! Investors, prices and funds of several days lie in one directory, which each day.toml names: `shared = ".."`.
//!
//! 1. Every mistake is named with its file, line, field, value and what is allowed; all of them at
//!    once.
//! 2. A bad row is left out and the others go on; a bad file ends the reading.
//! 3. A file that looks cut off is refused in the row where it is cut: the last amount of a file that
//!    ends within a line may lack a digit.
//! 4. UTF-8 only; a byte-order mark is no mistake.
//! 5. The same order twice is a repeated request and stays; the same transaction with another order
//!    is a mistake, and the first one counts.

mod codes;
mod fates;
mod headings;
mod incomes;
mod investors;
mod kinds;
#[cfg(test)]
mod kinds_tests;
mod lots;
#[cfg(test)]
mod matrix_tests;
mod navs;
mod orders;
mod plans;
mod problem;
mod raw_rows;
mod registrars;
mod scenario;
mod settings;
#[cfg(test)]
mod shared_tests;
mod table;
mod terms;
#[cfg(test)]
mod tests;
mod through;
#[cfg(test)]
mod through_tests;
mod verdicts;

pub use investors::Investor;
pub use kinds::{Buying, CancelScope, DiscountPurchase, Kind, Leaving};
pub use navs::{Price, published_at, published_for};
pub use orders::Order;
pub use plans::PlanWord;
pub use problem::Problem;
pub use settings::{FundsAre, Settings};
pub use terms::{DayTerms, TermsError};
pub use verdicts::{No, Verdicts};

use crate::{
    catalogue::{self, Files},
    sandbox::scenario::Scenario,
};
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    catalogue::Catalogue,
    ids::{FundCode, InvestorId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A day that can be played.
#[derive(Debug)]
pub struct Day {
    /// What `day.toml` says of the parties.
    pub settings: Settings,
    /// T: the day whose batch is sealed first.
    pub trade_date: TradingDay,
    /// The day on which it is confirmed.
    pub next: TradingDay,
    /// Every fund that can be ordered, with its terms by date.
    pub catalogue: Catalogue,
    /// Their files; none of those that are part of the program.
    pub files: Option<Files>,
    /// Behaviour of the counterparties.
    pub scenario: Scenario,
    /// Who may ask, by investor ID; of `investors.csv`.
    pub investors: BTreeMap<InvestorId, Investor>,
    /// Prices, by fund and date.
    pub prices: Vec<Price>,
    /// By time, then by line.
    pub orders: Vec<Order>,
}

/// Beside day.toml: a file for each fund.
const FUNDS: &str = "funds";

/// What a folder holds, and what is wrong with it.
#[derive(Debug)]
pub struct Reading {
    /// None if a whole file is missing or cannot be read.
    pub day: Option<Day>,
    /// Findings, by file and line.
    pub problems: Vec<Problem>,
}

/// Reads a folder.
pub fn read(folder: &Path, calendar: &TradingCalendar) -> Reading {
    let mut problems = Vec::new();
    let day = read_into(folder, calendar, &mut problems);
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Reading { day, problems }
}

/// The investors of a folder, whatever else it holds, and what is wrong with them.
pub fn investors(folder: &Path) -> (BTreeMap<InvestorId, Investor>, Vec<Problem>) {
    let mut problems = Vec::new();
    // What is wrong with day.toml is said where the day's terms are read.
    let settings = settings(folder);
    let place = settings.as_ref().map_or(folder, |it| it.place_of(folder, investors::FILE));
    let investors = investors::read(place, None, &mut problems).unwrap_or_default();
    (investors, problems)
}

/// What a folder's `day.toml` says of the parties; `None` if it is missing or wrong.
pub fn settings(folder: &Path) -> Option<Settings> {
    settings::read(folder, &mut Vec::new())
}

fn read_into(
    folder: &Path,
    calendar: &TradingCalendar,
    problems: &mut Vec<Problem>,
) -> Option<Day> {
    let settings = settings::read(folder, problems)?;
    let trade_date = settings::trade_date(&settings, calendar, problems);
    let found = funds(folder, &settings, problems);
    let catalogue = found.as_ref().map(|(_, catalogue)| catalogue);
    let place = settings.place_of(folder, investors::FILE);
    let investors = investors::read(place, catalogue, problems);
    let orders = table::read(folder, orders::FILE, &orders::COLUMNS, problems);
    let place = settings.place_of(folder, navs::FILE);
    let navs = table::read(place, navs::FILE, &navs::COLUMNS, problems);
    let orders = orders.and_then(|table| {
        let (trade_date, next) = trade_date?;
        let settings = &settings;
        let known = orders::Known { trade_date, next, calendar, catalogue: catalogue?, settings };
        Some(orders::rows(&table, &known, investors.as_ref()?, problems))
    });
    let around = scenario::Around {
        seed: settings.seed,
        registrars: &settings.registrars,
        trade_date: trade_date.map(|(day, _)| day),
        calendar,
        catalogue,
        investors: investors.as_ref(),
        orders: orders.as_deref(),
    };
    let scenario = scenario::read(folder, &around, problems);
    let prices = navs.and_then(|table| Some(navs::rows(&table, catalogue?, calendar, problems)));
    let ((trade_date, next), (files, catalogue)) = (trade_date?, found?);
    let (investors, orders) = (investors?, orders?);
    let (prices, scenario) = (prices?, scenario?);
    missing_prices(&orders, (&prices, trade_date), calendar, &catalogue, problems);
    Some(Day { settings, trade_date, next, catalogue, files, scenario, investors, prices, orders })
}

/// The funds, and their files where the folder has its own.
fn funds(
    folder: &Path,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Option<(Option<Files>, Catalogue)> {
    let own = settings.place_of(folder, FUNDS).join(FUNDS);
    let files = own.is_dir().then(|| Files::in_directory(&own)).transpose();
    let found = files.and_then(|files| {
        let files = match settings.funds {
            FundsAre::All => files,
            FundsAre::Added => files.map(Files::beside_shipped),
        };
        let catalogue = files.as_ref().map_or_else(catalogue::shipped, Files::catalogue)?;
        Ok((files, catalogue))
    });
    found.map_err(|errors| problems.extend(errors.into_iter().map(Problem::from))).ok()
}

/// The prices that the orders will need: of their T, or of that on which a target is converted into or
/// bought later. After the folder's own day a fund keeps its last price. A price may be published late, so this
/// is reported and the day goes on.
fn missing_prices(
    orders: &[Order],
    (prices, own): (&[Price], TradingDay),
    calendar: &TradingCalendar,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) {
    let needed = orders
        .iter()
        .flat_map(|order| navs::prices_needed(&order.kind, order.t, (calendar, catalogue)));
    let needed: BTreeSet<(FundCode, TradingDay)> = needed.collect();
    for (fund, day) in needed {
        let date = day.date();
        if navs::published_for(prices, own, day).iter().any(|price| price.fund == fund) {
            continue;
        }
        if navs::needs_price(catalogue, fund, date) {
            problems.push(Problem::of_file(
                navs::FILE,
                format!("fund {fund} has no price on {date}; orders need it: add a row"),
            ));
        }
    }
}

/// Whether the fund is listed on that day.
fn is_listed(catalogue: &Catalogue, fund: FundCode, day: TradingDay) -> bool {
    catalogue.on(fund, day.date()).is_some()
}

/// Those that are listed on that day.
fn funds_listed_on(catalogue: &Catalogue, day: TradingDay) -> String {
    let codes = catalogue.codes().filter(|code| is_listed(catalogue, *code, day));
    let codes: Vec<_> = codes.map(|code| code.to_string()).collect();
    if codes.is_empty() {
        return format!("another trade_date: no fund of the catalogue is listed on {}", day.date());
    }
    format!("one of {}", codes.join(", "))
}

fn funds_listed(catalogue: &Catalogue) -> String {
    let codes: Vec<_> = catalogue.codes().map(|code| code.to_string()).collect();
    codes.join(", ")
}
