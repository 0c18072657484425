//! `scenario.toml`: what the counterparties do, looked at beside the day that it is for.
//!
//! 1. What is about a fund, an investor or an order that the day does not have would never happen: it is
//!    reported, with its line, and left out. So is a fate of a call that the order never makes.
//! 2. Every entry stands for itself: a bad one is left out and the others go on.

use super::{Investor, Order, Problem, fates, table};
use crate::{
    catalogue::{
        section::{Report, Section},
        text,
    },
    sandbox::scenario::{
        AnswerFault, Come, Frozen, Huge, Odds, PART, Raising, Scenario, Suspension,
    },
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    catalogue::Catalogue,
    ids::{FundCode, InvestorId, RegistrarCode},
    money::{Rate, Shares},
    time::Timestamp,
    written::Date,
};
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, path::Path};

pub(super) const FILE: &str = "scenario.toml";
const A_DATE: &str = "a date like 2026-12-31";
const AN_INSTANT: &str = "an instant in quotes, like \"2026-02-12T10:30:00+08:00\"";
const PER_MILLE: u32 = 1000;

/// The day that the scenario is for, as far as it could be read.
pub(super) struct Around<'a> {
    pub(super) seed: u64,
    pub(super) trade_date: Option<TradingDay>,
    pub(super) calendar: &'a TradingCalendar,
    pub(super) catalogue: Option<&'a Catalogue>,
    pub(super) investors: Option<&'a BTreeMap<InvestorId, Investor>>,
    pub(super) orders: Option<&'a [Order]>,
    pub(super) registrars: &'a [RegistrarCode],
}

pub(super) fn read(
    folder: &Path,
    around: &Around<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Scenario> {
    let seed = around.seed;
    if !folder.join(FILE).exists() {
        return Some(Scenario { seed, ..Scenario::default() });
    }
    let text = table::text(folder, FILE, problems)?;
    let (root, mut report) = match text::parse(FILE, &text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            problems.extend(errors.into_iter().map(Problem::from));
            return None;
        }
    };
    let scenario = scenario(Section::root(&root), around, &mut report);
    problems.extend(report.errors().into_iter().map(Problem::from));
    Some(scenario)
}

fn scenario(mut root: Section<'_>, around: &Around<'_>, report: &mut Report) -> Scenario {
    // Asked for, so that it is reported in its own words and not as an unknown key.
    if root.may::<toml::Value>("seed", report).is_some() {
        let value = root.raw("seed").map(ToString::to_string).unwrap_or_default();
        report.note("seed", &value, "belongs into day.toml; remove it here");
    }
    let scenario = Scenario {
        seed: around.seed,
        charge: odds(&mut root, "charge", report),
        refund: odds(&mut root, "refund", report),
        payout: odds(&mut root, "payout", report),
        advance: odds(&mut root, "advance", report),
        front: odds(&mut root, "front", report),
        confirmation: odds(&mut root, "confirmation", report),
        settlement: odds(&mut root, "settlement", report),
        suspended: each(&mut root, "suspended", report, |it, report| {
            suspension(it, around, report)
        }),
        huge: each(&mut root, "huge", report, |it, report| huge(it, around, report)),
        frozen: each(&mut root, "frozen", report, |it, report| frozen(it, around, report)),
        raising: each(&mut root, "raising", report, |it, report| raising(it, around, report)),
        answers: each(&mut root, "answers", report, |it, report| answers(it, around, report)),
        overrides: fates::overrides(&mut root, around.orders, report),
    };
    root.close(report);
    scenario
}

/// The entries of a list that are good, each once.
fn each<T>(
    root: &mut Section<'_>,
    key: &'static str,
    report: &mut Report,
    read: impl Fn(&mut Section<'_>, &mut Report) -> Option<(T, Option<(FundCode, NaiveDate)>)>,
) -> Vec<T> {
    let (mut good, mut seen) = (Vec::new(), Vec::new());
    for mut entry in root.sections(key, report) {
        let before = report.found();
        let found = read(&mut entry, report);
        let path = entry.path("fund");
        entry.close(report);
        let Some((found, of)) = found.filter(|_| report.found() == before) else { continue };
        if let Some((twice, _)) = of.filter(|of| seen.contains(of)) {
            let problem = format!("stands in [[{key}]] already; remove one");
            report.note(&path, twice.as_str(), problem);
        } else {
            seen.extend(of);
            good.push(found);
        }
    }
    good
}

fn odds<F>(root: &mut Section<'_>, key: &'static str, report: &mut Report) -> Odds<F>
where
    F: Ord + DeserializeOwned,
{
    if root.raw(key).is_none() {
        // A key that nobody asked for would be an unknown one.
        return root.may(key, report).unwrap_or_default();
    }
    let Some(mut section) = root.section(key, report) else { return Odds::default() };
    let delay = section.value("delay_s", "seconds: 0 to 4294967295", report);
    let per_mille: Option<BTreeMap<F, u16>> = section.may("per_mille", report);
    let odds = Odds {
        delay_s: delay.unwrap_or_else(|| Odds::<F>::default().delay_s),
        per_mille: per_mille.unwrap_or_default(),
    };
    let (sum, path) = (odds.sum(), section.path("per_mille"));
    section.close(report);
    if sum > PER_MILLE {
        report.note(&path, &sum.to_string(), "is more than all; write at most 1000 together");
        return Odds { per_mille: BTreeMap::new(), ..odds };
    }
    odds
}

type EntryOn<T> = Option<(T, Option<(FundCode, NaiveDate)>)>;

fn suspension(
    of: &mut Section<'_>,
    around: &Around<'_>,
    report: &mut Report,
) -> EntryOn<Suspension> {
    let fund = fund(of, around, report);
    let from = need(of, "from", AN_INSTANT, report);
    let through = date(of, "through", report);
    let (fund, from) = (fund?, from?);
    let entry = Suspension { fund, from, through };
    ends_before(of, Some(entry.from.date()), through, report);
    Some((entry, None))
}

fn huge(of: &mut Section<'_>, around: &Around<'_>, report: &mut Report) -> EntryOn<Huge> {
    let fund = fund(of, around, report);
    let on = need::<Date>(of, "on", A_DATE, report).map(|Date(date)| date);
    let part: Option<i64> = need(of, "part_per_mille", "1 to 999", report);
    let part_per_mille = part.and_then(|part| part_of(of, part, report));
    let in_two = of.value("in_two", "true or false", report).unwrap_or_default();
    let on = on.filter(|on| trades(of, "on", *on, around, report));
    let (fund, on) = (fund?, on?);
    Some((Huge { fund, on, part_per_mille: part_per_mille?, in_two }, Some((fund, on))))
}

fn frozen(of: &mut Section<'_>, around: &Around<'_>, report: &mut Report) -> EntryOn<Frozen> {
    let investor: Option<InvestorId> = need(of, "investor", "an investor of investors.csv", report);
    if let (Some(investor), Some(known)) = (&investor, around.investors)
        && !known.contains_key(investor)
    {
        let path = of.path("investor");
        report.note(&path, investor.as_str(), "write an investor of investors.csv");
    }
    let fund = fund(of, around, report);
    let allowed = "shares in quotes: 0.01 to 99999999999999.99, at most 2 decimals";
    let shares: Option<Shares> = need(of, "shares", allowed, report);
    if shares.is_some_and(Shares::is_zero) {
        report.note(&of.path("shares"), "0", format!("write {allowed}"));
    }
    let from = date(of, "from", report);
    let through = date(of, "through", report);
    ends_before(of, from, through, report);
    Some((Frozen { investor: investor?, fund: fund?, shares: shares?, from, through }, None))
}

fn raising(of: &mut Section<'_>, around: &Around<'_>, report: &mut Report) -> EntryOn<Raising> {
    let fund = fund(of, around, report);
    let founded_on = need::<Date>(of, "founded_on", A_DATE, report).map(|Date(date)| date);
    let rate = of.value::<Rate>("rate", "a fraction in quotes: 0 to 1, like \"0.0035\"", report);
    let fails = of.value("fails", "true or false", report).unwrap_or_default();
    let founded_on = founded_on.filter(|on| trades(of, "founded_on", *on, around, report));
    let (fund, founded_on) = (fund?, founded_on?);
    let raised = around.catalogue.is_none_or(|catalogue| {
        catalogue.history(fund).iter().any(|terms| terms.raising.is_some())
    });
    if !raised {
        let problem = "is not being raised by its terms; write one that is";
        report.note(&of.path("fund"), fund.as_str(), problem);
    }
    let rate = rate.unwrap_or_else(Raising::usual);
    // A raising ends once, whatever day is written.
    let once = (fund, NaiveDate::MIN);
    Some((Raising { fund, founded_on, rate, fails }, Some(once)))
}

const COME: &str = "late, in_part, damaged, damaged_index, repeated or changed, in quotes";

fn answers(of: &mut Section<'_>, around: &Around<'_>, report: &mut Report) -> EntryOn<AnswerFault> {
    let registrar: Option<RegistrarCode> =
        need(of, "registrar", "the code of a registrar of day.toml, in quotes", report);
    if let Some(code) = registrar.as_ref().filter(|code| !around.registrars.contains(code)) {
        let known: Vec<&str> = around.registrars.iter().map(RegistrarCode::as_str).collect();
        report.note(
            &of.path("registrar"),
            code.as_str(),
            format!("write one of day.toml: {}", known.join(", ")),
        );
    }
    let on = need::<Date>(of, "on", A_DATE, report).map(|Date(date)| date);
    let on = on.filter(|on| trades(of, "on", *on, around, report));
    let come: Option<Come> = need(of, "come", COME, report);
    let until: Option<Timestamp> = of.value("until", AN_INSTANT, report);
    if let (Some(on), Some(until)) = (on, until)
        && until.date() <= on
    {
        let problem = format!("is before the morning after {on}; write a later instant");
        report.note(&of.path("until"), &until.to_string(), problem);
    }
    Some((AnswerFault { registrar: registrar?, on: on?, come: come?, until }, None))
}

fn date(of: &mut Section<'_>, key: &'static str, report: &mut Report) -> Option<NaiveDate> {
    of.value::<Date>(key, A_DATE, report).map(|Date(date)| date)
}

/// A key that must be there.
fn need<T: DeserializeOwned>(
    of: &mut Section<'_>,
    key: &'static str,
    allowed: &str,
    report: &mut Report,
) -> Option<T> {
    if of.raw(key).is_none() {
        report.note(&of.path(key), "", format!("is missing; write {allowed}"));
    }
    of.value(key, allowed, report)
}

/// A fund that the day lists.
fn fund(of: &mut Section<'_>, around: &Around<'_>, report: &mut Report) -> Option<FundCode> {
    let listed = around.catalogue.map(super::funds_listed);
    let allowed =
        listed.map_or_else(|| "six digits in quotes".to_owned(), |it| format!("one of {it}"));
    let fund: FundCode = need(of, "fund", &allowed, report)?;
    if around.catalogue.is_some_and(|catalogue| catalogue.history(fund).is_empty()) {
        report.note(&of.path("fund"), fund.as_str(), format!("write {allowed}"));
        return None;
    }
    Some(fund)
}

/// Whether anything of the day can happen on that date: a trading day, and none that is over.
fn trades(
    of: &Section<'_>,
    key: &str,
    date: NaiveDate,
    around: &Around<'_>,
    report: &mut Report,
) -> bool {
    let over = around.trade_date.is_some_and(|t| date < t.date());
    if around.calendar.day(date).is_ok() && !over {
        return true;
    }
    let problem = match around.trade_date {
        Some(t) => format!("write a trading day from {t} on"),
        None => "write a trading day".to_owned(),
    };
    report.note(&of.path(key), &date.to_string(), problem);
    false
}

fn ends_before(
    of: &Section<'_>,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
    report: &mut Report,
) {
    if let (Some(from), Some(through)) = (from, through)
        && through < from
    {
        let problem = format!("is before it begins; write a date from {from} on");
        report.note(&of.path("through"), &through.to_string(), problem);
    }
}

/// A part is more than nothing and less than all.
pub(super) fn part_of(of: &Section<'_>, part: i64, report: &mut Report) -> Option<u16> {
    let good = u16::try_from(part).ok().filter(|part| PART.contains(part));
    if good.is_none() {
        report.note(&of.path("part_per_mille"), &part.to_string(), "write 1 to 999");
    }
    good
}
