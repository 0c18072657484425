//! What a fund's file holds: `code`, and one `[[terms]]` per version of the fund's terms.
//!
//! Money and shares in quotes, yuan and shares with at most 2 decimals; rates in quotes, `"0.015"` is
//! 1.5 %; dates bare, `2026-01-01`, in Shanghai. Every block is complete: nothing is inherited from
//! the one before, so that a block can be read, and checked against its source, by itself.

use super::{
    allowed,
    section::{Report, Section},
};
use chrono::NaiveDate;
use fundflow_domain::{
    fees::{
        discount::DiscountRule,
        schedule::FeeSchedule,
        tiers::{AmountTier, Charge, DaysTier, TierError},
    },
    fund::{Closure, ConversionPair, FundTerms},
    ids::{FundCode, VersionTag},
    limits::{DayMax, LargePurchaseNotice, Limits, OrderLimits, ShareLimits},
    money::{Money, Rate},
    written::Date,
};
use fundflow_kernel::printable::first_unprintable;
use toml::Table;

/// Characters of a name, a source or a notice.
const TEXT_MAX: usize = 500;

pub(super) fn read(file: &Table, report: &mut Report) -> Vec<FundTerms> {
    let mut root = Section::root(file);
    let code = root.need::<FundCode>("code", report);
    if let Some(code) = code.filter(|code| !report.is_about(*code)) {
        let problem = format!("the file of this fund is named {code}.toml");
        report.note("code", code.as_str(), problem);
    }
    let blocks = root.sections("terms", report);
    if blocks.is_empty() {
        report.note("terms", "", "at least one [[terms]] is needed");
    }
    root.close(report);
    let terms = blocks.into_iter().map(|block| terms(block, code, report));
    terms.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn terms(mut s: Section<'_>, code: Option<FundCode>, r: &mut Report) -> Option<FundTerms> {
    let version = s.need::<VersionTag>("version", r);
    let effective_from = s.need::<Date>("effective_from", r).map(|Date(date)| date);
    let source = text(&mut s, "source", r);
    let name = text(&mut s, "name", r);
    let master = s.need("master", r);
    let kind = s.need("kind", r);
    let risk = s.need("risk", r);
    let registrar = s.need("registrar", r);
    let linked_processing = s.need("linked_processing", r);
    let status = s.need("status", r);
    let convert_status = s.need("convert_status", r);
    let confirm_lag = s.need("confirm_lag", r);
    let payout_lag = s.need("payout_lag", r);
    let carry = s.may("carry", r).unwrap_or_default();
    let income_unit = s.may("income_unit", r).unwrap_or_default();
    let share_rounding = s.need("share_rounding", r);
    let redemption_sequence = s.need("redemption_sequence", r);
    let limits = s.section("limits", r).and_then(|limits_of| limits(limits_of, r));
    let named = code.zip(version.clone()).zip(effective_from);
    let fees = s.section("fees", r).and_then(|fees_of| fees(fees_of, named, r));
    let rules = s.sections("discounts", r).into_iter().map(|row| discount(row, r));
    let discounts = rules.collect::<Vec<_>>();
    let pairs = s.sections("conversions", r).into_iter().map(|row| pair(row, r));
    let conversions = pairs.collect::<Vec<_>>();
    let closed = s.sections("closures", r).into_iter().map(|row| closure(row, r));
    let closures = closed.collect::<Vec<_>>();
    let foreign_holidays = s.may("foreign_holidays", r).unwrap_or_default();
    let raising = s.may("raising", r);
    s.close(r);
    Some(FundTerms {
        code: code?,
        master: master?,
        name: name?,
        kind: kind?,
        registrar: registrar?,
        risk: risk?,
        status: status?,
        convert_status: convert_status?,
        confirm_lag: confirm_lag?,
        payout_lag: payout_lag?,
        carry,
        income_unit,
        share_rounding: share_rounding?,
        limits: limits?,
        fees: fees?,
        discounts: discounts.into_iter().collect::<Option<_>>()?,
        conversions: conversions.into_iter().collect::<Option<_>>()?,
        linked_processing: linked_processing?,
        closures: closures.into_iter().collect::<Option<_>>()?,
        foreign_holidays,
        redemption_sequence: redemption_sequence?,
        raising,
        version: version?,
        effective_from: effective_from?,
        source: source?,
    })
}

/// Words for a person: some, and no book.
fn text(s: &mut Section<'_>, key: &'static str, r: &mut Report) -> Option<String> {
    let text = s.need::<String>(key, r)?;
    let is_text = s.raw(key).is_some_and(toml::Value::is_str);
    let shows = first_unprintable(&text).is_none() && !text.trim().is_empty();
    if is_text && shows && text.chars().count() <= TEXT_MAX {
        return Some(text);
    }
    s.wrong(key, r);
    None
}

fn limits(mut s: Section<'_>, r: &mut Report) -> Option<Limits> {
    let individual = s.section("individual", r).and_then(|of| order_limits(of, r));
    let institution = s.section("institution", r).and_then(|of| order_limits(of, r));
    let shares = s.section("shares", r).and_then(|of| share_limits(of, r));
    let notices = s.sections("large_purchases", r).into_iter().map(|row| notice(row, r));
    let large_purchases = notices.collect::<Vec<_>>();
    let fast_redemption_day_max = s.may("fast_redemption_day_max", r);
    s.close(r);
    Some(Limits {
        individual: individual?,
        institution: institution?,
        shares: shares?,
        large_purchases: large_purchases.into_iter().collect::<Option<_>>()?,
        fast_redemption_day_max,
    })
}

fn order_limits(mut s: Section<'_>, r: &mut Report) -> Option<OrderLimits> {
    let first_min = s.need("first_min", r);
    let additional_min = s.need("additional_min", r);
    let step = s.may("step", r);
    let order_max = s.may("order_max", r);
    let conversion_in_max = s.may("conversion_in_max", r);
    let amount = s.may("day_max", r);
    let on_excess = s.may("on_excess", r);
    let day_max = match (amount, on_excess) {
        (Some(amount), Some(on_excess)) => Some(DayMax { amount, on_excess }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            let key = s.path("day_max");
            r.note(&key, "", "day_max and on_excess are given together or not at all");
            None
        }
    };
    s.close(r);
    let (first_min, additional_min) = (first_min?, additional_min?);
    Some(OrderLimits { first_min, additional_min, step, order_max, conversion_in_max, day_max })
}

fn share_limits(mut s: Section<'_>, r: &mut Report) -> Option<ShareLimits> {
    let redemption_min = s.need("redemption_min", r);
    let conversion_min = s.need("conversion_min", r);
    let balance_min = s.need("balance_min", r);
    s.close(r);
    Some(ShareLimits {
        redemption_min: redemption_min?,
        conversion_min: conversion_min?,
        balance_min: balance_min?,
    })
}

fn notice(mut s: Section<'_>, r: &mut Report) -> Option<LargePurchaseNotice> {
    let from = s.need("from", r);
    let through = s.may("through", r);
    let channels = s.may("channels", r).unwrap_or_default();
    let customers = s.may("customers", r).unwrap_or_default();
    let amount = s.need("day_max", r);
    let on_excess = s.need("on_excess", r);
    let notice = text(&mut s, "notice", r);
    s.close(r);
    let day_max = DayMax { amount: amount?, on_excess: on_excess? };
    let (from, notice) = (from?, notice?);
    Some(LargePurchaseNotice { from, through, channels, customers, day_max, notice })
}

type Named = Option<((FundCode, VersionTag), NaiveDate)>;

fn fees(mut s: Section<'_>, named: Named, r: &mut Report) -> Option<FeeSchedule> {
    let share_class = s.need("share_class", r);
    let fund_kind = s.need("fund_kind", r);
    let charge_mode = s.need("charge_mode", r);
    let service_fee = s.may("service_fee", r).unwrap_or(Rate::ZERO);
    let subscription = tiers(&mut s, "subscription", by_amount, r);
    let purchase = needed(&mut s, "purchase", by_amount, r);
    let redemption = needed(&mut s, "redemption", by_days, r);
    let back_end = tiers(&mut s, "back_end", by_days, r);
    s.close(r);
    let ((fund, version), effective_from) = named?;
    Some(FeeSchedule {
        version,
        fund,
        share_class: share_class?,
        fund_kind: fund_kind?,
        charge_mode: charge_mode?,
        effective_from,
        channel: None,
        customer_type: None,
        service_fee,
        subscription,
        purchase: purchase?,
        redemption: redemption?,
        back_end,
    })
}

fn discount(mut s: Section<'_>, r: &mut Report) -> Option<DiscountRule> {
    let id = s.must("id", allowed::NAME, r);
    let source = s.must("source", "fund_default | channel | campaign", r);
    let multiplier = s.need("multiplier", r);
    let floor = s.may("floor", r);
    let from = s.need("from", r);
    let until = s.may("until", r);
    let channel = s.may("channel", r);
    let businesses = s.may("businesses", r).unwrap_or_default();
    s.close(r);
    Some(DiscountRule {
        id: id?,
        source: source?,
        multiplier: multiplier?,
        floor,
        from: from?,
        until,
        channel,
        businesses,
    })
}

type Row<T> = fn(Section<'_>, &mut Report) -> Option<T>;

/// A list of tiers, or nothing. The first that cannot follow the ones before is named.
fn tiers<T: Clone, L: TryFrom<Vec<T>, Error = TierError>>(
    s: &mut Section<'_>,
    key: &'static str,
    row: Row<T>,
    r: &mut Report,
) -> Option<L> {
    let rows = s.raw(key)?.as_array();
    if !rows.is_some_and(|rows| rows.iter().all(toml::Value::is_table)) {
        let list = allowed::at(key).unwrap_or("a list of tables");
        return s.value::<Vec<Table>>(key, list, r).and(None);
    }
    let sections = s.sections(key, r);
    let places: Vec<String> = sections.iter().map(|row| row.place().to_owned()).collect();
    let rows: Vec<Option<T>> = sections.into_iter().map(|section| row(section, r)).collect();
    let rows = rows.into_iter().collect::<Option<Vec<T>>>()?;
    let error = match L::try_from(rows.clone()) {
        Ok(tiers) => return Some(tiers),
        Err(error) => error,
    };
    let first = |n: &usize| L::try_from(rows.get(..*n).unwrap_or_default().to_vec()).is_err();
    let wrong = (1..=rows.len()).find(first).and_then(|n| places.get(n - 1));
    let path = s.path(key);
    r.note(wrong.unwrap_or(&path), "", error.to_string());
    None
}

fn needed<T: Clone, L: TryFrom<Vec<T>, Error = TierError>>(
    s: &mut Section<'_>,
    key: &'static str,
    row: Row<T>,
    r: &mut Report,
) -> Option<L> {
    if s.raw(key).is_none() {
        return s.need::<toml::Value>(key, r).and(None);
    }
    tiers(s, key, row, r)
}

fn by_amount(mut s: Section<'_>, r: &mut Report) -> Option<AmountTier> {
    let from = s.must("from", "yuan in quotes, \"0\" in the first tier", r);
    let rate = s.may::<Rate>("rate", r);
    let fixed = s.may::<Money>("fixed", r);
    let given = (s.raw("rate").is_some(), s.raw("fixed").is_some());
    let place = s.place().to_owned();
    s.close(r);
    let from = from?;
    let charge = match (rate, fixed, given) {
        (Some(rate), None, (_, false)) => Charge::Rate(rate),
        (None, Some(fee), (false, _)) => Charge::Fixed(fee),
        (_, _, (true, true) | (false, false)) => {
            let given = if given.0 { "both" } else { "neither" };
            r.note(&place, "", TierError::NotOneCharge { from, given }.to_string());
            return None;
        }
        // That it cannot be read is said.
        (..) => return None,
    };
    Some(AmountTier { from, charge })
}

fn by_days(mut s: Section<'_>, r: &mut Report) -> Option<DaysTier> {
    let from_days = s.must("from_days", "a whole number of natural days, 0 in the first tier", r);
    let rate = s.need("rate", r);
    s.close(r);
    Some(DaysTier { from_days: from_days?, rate: rate? })
}

fn pair(mut s: Section<'_>, r: &mut Report) -> Option<ConversionPair> {
    let target = s.need("target", r);
    let method = s.need("method", r);
    let tier_base = s.may("tier_base", r).unwrap_or_default();
    let shares_min = s.need("shares_min", r);
    let days_min = s.need("days_min", r);
    let topup_discount = s.need("topup_discount", r);
    let rule = s.need("rule", r);
    s.close(r);
    Some(ConversionPair {
        target: target?,
        method: method?,
        tier_base,
        shares_min: shares_min?,
        days_min: days_min?,
        topup_discount: topup_discount?,
        rule: rule?,
    })
}

fn closure(mut s: Section<'_>, r: &mut Report) -> Option<Closure> {
    let from = s.need("from", r);
    let through = s.need("through", r);
    let stops = s.need("stops", r);
    let notice = text(&mut s, "notice", r);
    s.close(r);
    Some(Closure { from: from?, through: through?, stops: stops?, notice: notice? })
}
