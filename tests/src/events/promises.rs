//! Requests, and what was decided on them, of every saga but the discount purchase.

use super::id;
use crate::worlds::{
    account, amount, date, day, instant, investor_id, request_time, shares, target_code,
    wallet_code,
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::{buying, cash_out, leaving},
    application::{Designated, OnHuge},
    fast_quota::QuotaKey,
    fast_redemption::Advancer,
    fees::tiers::Charge,
    freeze::FrozenCause,
    fund::ProductRisk,
    ids::VersionTag,
    investor::{CustomerType, InvestorRisk, SalesChannel},
    limits::{Exit, LimitKey},
    money::{Discount, Rate},
    money_fund::IncomeUnit,
    suitability::{Suitability, Verdict},
    text::Text,
};
use fundflow_sagas::{
    clearing, conversion, day_cut, dividend, fast_withdraw, freeze, income, purchase, recharge,
    redemption, regular_plan, withdraw,
};

fn tag(text: &str) -> VersionTag {
    id(text)
}

fn suitability() -> Suitability {
    Suitability {
        fund: target_code(),
        investor: InvestorRisk::C3,
        product: ProductRisk::R3,
        result: Verdict::Allow,
        rule: tag("suitability-2017"),
        questionnaire: tag("questionnaire-1"),
        questionnaire_valid_until: date("2026-12-31"),
        warning: None,
    }
}

fn limit() -> LimitKey {
    LimitKey {
        master: target_code(),
        investor: investor_id(),
        day: day("2026-02-13"),
        customer: CustomerType::Individual,
        channel: SalesChannel::DirectOnline,
    }
}

fn chosen() -> Vec<Designated> {
    vec![Designated { serial: id("TA-2"), shares: shares("8100.45") }]
}

pub(super) fn recharge() -> recharge::Request {
    recharge::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        amount: amount("10000.00"),
        only_today: true,
        distributor: None,
    }
}

pub(super) fn purchase() -> purchase::Request {
    purchase::Request {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        amount: amount("10000.00"),
        way: buying::Way::Purchase,
        only_today: true,
        distributor: None,
    }
}

pub(super) fn bought() -> buying::Admitted {
    buying::Admitted {
        way: buying::Way::Purchase,
        requested_at: request_time(),
        trade_date: day("2026-02-13"),
        confirm_by: day("2026-02-24"),
        founded_by: Some(day("2026-03-10")),
        calendar: tag("xshg-2026"),
        terms: tag("terms-011162-1"),
        published: Charge::Rate(Rate::basis_points(150)),
        fee_schedule: tag("fees-011162-1"),
        charge: Charge::FREE,
        tiers: None,
        discount: Discount::FREE,
        discount_rule: tag("wallet-free-1"),
        suitability: Some(suitability()),
        customer: CustomerType::Individual,
        id_valid_until: None,
        channel: SalesChannel::DirectOnline,
        held_before: true,
        accepted: Some(amount("6000.00")),
        counted: Some(limit()),
    }
}

/// With the last day of the identity document.
pub(super) fn bought_since() -> buying::Admitted {
    buying::Admitted { id_valid_until: Some(date("2030-01-01")), ..bought() }
}

pub(super) fn withdrawal() -> withdraw::Request {
    withdraw::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        shares: Some(shares("10000.00")),
        on_huge: OnHuge::CarryOver,
        distributor: None,
    }
}

pub(super) fn cashed_out() -> cash_out::Admitted {
    cash_out::Admitted {
        requested_at: request_time(),
        trade_date: day("2026-02-13"),
        confirm_by: day("2026-02-24"),
        paid_by: day("2026-02-24"),
        shares: shares("10000.00"),
        take_income: true,
        calendar: tag("xshg-2026"),
        terms: tag("terms-000009-1"),
    }
}

pub(super) fn fast_withdrawal() -> fast_withdraw::Request {
    fast_withdraw::Request {
        investor: investor_id(),
        account: account(),
        fund: wallet_code(),
        shares: Some(shares("10000.00")),
        distributor: None,
    }
}

pub(super) fn advanced() -> fast_withdraw::Promise {
    fast_withdraw::Promise {
        admitted: cashed_out(),
        quota: QuotaKey {
            investor: investor_id(),
            fund: wallet_code(),
            distributor: id("DIST-1"),
            day: date("2026-02-13"),
        },
        counted_before: Vec::new(),
        counted_on: Vec::new(),
        by_code: false,
        by: Advancer::LicensedBank(id("BANK-1")),
        holder: id("BANK-1"),
    }
}

pub(super) fn redemption() -> redemption::Request {
    redemption::Request {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        shares: Some(shares("8100.45")),
        lots: chosen(),
        on_huge: OnHuge::Cancel,
        only_today: true,
        distributor: None,
    }
}

pub(super) fn left() -> leaving::Admitted {
    leaving::Admitted {
        requested_at: request_time(),
        trade_date: day("2026-02-13"),
        confirm_by: day("2026-02-24"),
        exit: Exit::Full(shares("8100.45")),
        calendar: tag("xshg-2026"),
        terms: tag("terms-011162-1"),
        fee_schedule: tag("fees-011162-1"),
        customer: CustomerType::Individual,
        channel: SalesChannel::DirectOnline,
        into: None,
    }
}

pub(super) fn conversion() -> conversion::Request {
    conversion::Request {
        investor: investor_id(),
        fund: target_code(),
        into: id("011163"),
        shares: Some(shares("8100.45")),
        lots: chosen(),
        only_today: true,
        distributor: None,
    }
}

pub(super) fn left_for_another() -> leaving::Admitted {
    let into = leaving::AdmittedInto {
        terms: tag("terms-011163-1"),
        fee_schedule: tag("fees-011163-1"),
        topup_discount: Discount::FREE,
        rule: tag("pair-free-1"),
        suitability: Some(suitability()),
        id_valid_until: None,
        worth: Some(amount("10000.00")),
        counted: Some(limit()),
    };
    leaving::Admitted { into: Some(into), ..left() }
}

/// The same with the last day of the identity document.
pub(super) fn left_for_another_since() -> leaving::Admitted {
    let mut left = left_for_another();
    left.into.iter_mut().for_each(|into| into.id_valid_until = Some(date("2030-01-01")));
    left
}

pub(super) fn agreed() -> regular_plan::Promise {
    let limits = regular_plan::Limits {
        customer: CustomerType::Individual,
        channel: SalesChannel::DirectOnline,
        held_before: false,
        wallet_held_before: false,
    };
    let (requested_at, suitability) = (request_time(), suitability());
    let (limits, wallet_suitability) = (Some(limits), None);
    regular_plan::Promise { requested_at, suitability, wallet_suitability, limits }
}

/// The same by way of a wallet, of which the investor holds shares already.
pub(super) fn agreed_by_wallet() -> regular_plan::Promise {
    let mut promise = agreed();
    promise.wallet_suitability = Some(suitability());
    promise.limits =
        promise.limits.map(|it| regular_plan::Limits { wallet_held_before: true, ..it });
    promise
}

fn natural_day() -> NaiveDate {
    date("2026-02-24")
}

pub(super) fn published() -> income::Request {
    income::Request {
        fund: wallet_code(),
        day: natural_day(),
        per_10_000: id("0.4012"),
        publication: 1,
    }
}

pub(super) fn stated() -> freeze::Request {
    let word = freeze::Word::Order {
        shares: shares("500.00"),
        cause: FrozenCause::Judicial,
        source: text("court of Futian, 2026-17"),
        reason: text("served on 24 February"),
        by: text("chen"),
    };
    freeze::Request { investor: investor_id(), fund: wallet_code(), word }
}

pub(super) fn frozen() -> freeze::Promise {
    freeze::Promise { holder: freeze::Holder::Wallet }
}

pub(super) fn reinvested() -> dividend::Request {
    dividend::Request {
        registrar: id("05"),
        serial: id("DIV-1"),
        investor: investor_id(),
        fund: id("011162"),
        record_date: date("2026-02-24"),
        confirmed_on: date("2026-02-25"),
        basis: shares("1000.00"),
        given: dividend::Given::Reinvested {
            shares: shares("100.00"),
            nav: id("1.2345"),
            amount: id("123.45"),
        },
    }
}

pub(super) fn in_cash() -> dividend::Request {
    let (amount, account) = (id("123.45"), id("A-1"));
    let given = dividend::Given::Cash { amount, paid_on: date("2026-02-26"), account };
    dividend::Request { serial: id("DIV-2"), given, ..reinvested() }
}

pub(super) fn cut() -> day_cut::Request {
    day_cut::Request { registrar: id("05"), t: day("2026-02-13") }
}

pub(super) fn cut_at() -> day_cut::Promise {
    day_cut::Promise { sealed_from: instant("2026-02-13T17:00:00+08:00") }
}

pub(super) fn due() -> clearing::Request {
    clearing::Request {
        party: id("fund.000730"),
        t: day("2026-02-13"),
        due_on: date("2026-02-24"),
        receivable: id("50000.00"),
        payable: id("2000.00"),
        fees: id("10.05"),
    }
}

pub(super) fn due_by() -> clearing::Promise {
    clearing::Promise { due_by: instant("2026-02-24T17:00:00+08:00") }
}

pub(super) fn text(words: &str) -> Text {
    Text::new("text", words).expect("a printable text")
}

pub(super) fn income() -> income::Promise {
    income::Promise {
        terms: tag("terms-000009-1"),
        unit: IncomeUnit::Fen,
        registered: Some(date("2026-02-25")),
    }
}
