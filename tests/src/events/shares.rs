//! Wallets, holdings, and what is counted against limits.

use super::{Entry, id};
use crate::{
    orders::order,
    worlds::{amount, cause, date, money, shares, transaction},
};
use fundflow_domain::{
    day_limit::{self, DayLimit},
    fast_quota::{self, FastQuota},
    freeze::{FrozenBy, FrozenCause},
    fund::RedemptionSequence,
    holdings::{self, Credit, Holdings},
    ids::LotId,
    orders as shared,
    wallet::{self, LotTaken, Portion, Wallet},
};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::of::<Wallet>(&wallets()),
        Entry::of::<Holdings>(&[holdings(), frozen(), lacking()].concat()),
        Entry::of::<DayLimit>(&day_limits()),
        Entry::of::<FastQuota>(&fast_quotas()),
    ]
}

fn wallets() -> Vec<wallet::Event> {
    use wallet::Event as E;
    let tx = || transaction("TX-1");
    let some = || shares("10000.00");
    let lots = vec![LotTaken { lot: tx(), shares: some() }];
    vec![
        E::CreditedInTransit { transaction: tx(), shares: some() },
        E::CreditConfirmed { transaction: tx(), shares: some(), registered: date("2026-02-24") },
        E::PortionCredited { transaction: tx(), shares: some(), registered: date("2026-02-24") },
        E::CreditReversed { transaction: tx() },
        E::SharesReserved { transaction: tx(), shares: some(), with_income: true },
        E::SharesReserved { transaction: tx(), shares: some(), with_income: false },
        E::SharesReleased { transaction: tx() },
        E::SharesSpent { transaction: tx(), shares: some(), lots },
    ]
    .into_iter()
    .chain(left_and_corrected())
    .chain(withheld())
    .chain(incomes())
    .collect()
}

fn left_and_corrected() -> Vec<wallet::Event> {
    use wallet::Event as E;
    let (transaction, record) = (transaction("TX-1"), || id("20260225000000000007"));
    let some = || shares("10000.00");
    let lots = vec![LotTaken { lot: transaction.clone(), shares: some() }];
    let earns_through = date("2026-03-01");
    let registered = date("2026-02-24");
    let taken = |portions| E::TakeOutCorrected {
        transaction: transaction.clone(),
        record: record(),
        reversed: shares("0.00"),
        shares: some(),
        returned: shares("0.00"),
        lots: lots.clone(),
        held: shares("0.00"),
        earns_through,
        portions,
    };
    let credited = |coming, portions| E::CreditCorrected {
        transaction: transaction.clone(),
        record: record(),
        reversed: some(),
        lots: lots.clone(),
        shares: shares("100.00"),
        left: shares("100.00"),
        registered,
        coming,
        portions,
    };
    let two = |day| ["60.00", "40.00"].map(|it| Portion { shares: shares(it), day }).to_vec();
    let (left, portion) =
        ((transaction.clone(), lots.clone()), (transaction.clone(), lots.clone()));
    vec![
        E::SharesTakenOut { transaction: left.0, shares: some(), lots: left.1, earns_through },
        E::PortionTakenOut {
            transaction: portion.0,
            shares: some(),
            lots: portion.1,
            earns_through,
        },
        taken(vec![]),
        taken(two(earns_through)),
        credited(shares("0.00"), vec![]),
        credited(shares("9900.00"), two(registered)),
    ]
}

fn withheld() -> [wallet::Event; 9] {
    use wallet::Event as E;
    let record = || id("20260225000000000007");
    let (case, some) = (|| id("C-1"), || shares("10000.00"));
    [
        E::SharesFrozen {
            record: record(),
            shares: some(),
            cause: FrozenCause::Judicial,
            by: FrozenBy::Order,
            in_all: None,
        },
        E::SharesFrozen {
            record: id("frozen.20260225.000730.I-1"),
            shares: some(),
            cause: FrozenCause::Unstated,
            by: FrozenBy::Register(date("2026-02-25")),
            in_all: None,
        },
        E::SharesFrozen {
            record: id("frozen.20260226.000730.I-1"),
            shares: shares("0.00"),
            cause: FrozenCause::Unstated,
            by: FrozenBy::Register(date("2026-02-26")),
            in_all: Some(some()),
        },
        E::SharesUnfrozen { record: record() },
        E::SharesHeld { case: case(), shares: some() },
        E::SharesUnheld { case: case() },
        E::SharesClaimed { order: order("convert"), transaction: id("TX-1"), shares: some() },
        E::ClaimLifted { order: order("convert") },
        E::ClaimWaived { order: order("convert") },
    ]
}

fn incomes() -> [wallet::Event; 6] {
    use wallet::Event as E;
    let (day, publication, amount) = (date("2026-02-24"), 0, || id("0.40"));
    let lots = vec![LotTaken { lot: transaction("TX-1"), shares: shares("0.12") }];
    [
        E::IncomeAccrued {
            day,
            publication,
            per_10_000: id("0.4012"),
            shares: shares("10000.00"),
            amount: amount(),
        },
        E::IncomeReversed { day, publication, amount: amount() },
        E::IncomeCarried {
            through: day,
            amount: id("-0.12"),
            registered: date("2026-02-25"),
            lots,
        },
        E::IncomeSettled {
            transaction: transaction("TX-1"),
            amount: amount(),
            left_to_fund: id("0.0012"),
        },
        E::IncomeCorrected {
            day,
            publication,
            reversed: amount(),
            shares: shares("4000.00"),
            amount: id("0.16"),
        },
        E::IncomeSettlementCorrected {
            transaction: transaction("TX-1"),
            reversed: amount(),
            from_fund: id("0.0012"),
            amount: id("0.16"),
            left_to_fund: id("0.0000"),
        },
    ]
}

fn holdings() -> Vec<holdings::Event> {
    use holdings::Event as E;
    let (lot, some) = (|| id::<LotId>("TX-1.convert"), || shares("8100.45"));
    let taken = || vec![shared::LotTaken { lot: lot(), shares: some() }];
    let credit = Credit {
        lot: lot(),
        order: order("convert"),
        serial: id("TA-2"),
        registered_on: date("2026-02-24"),
        shares: some(),
        cost: money("10000.00"),
    };
    vec![
        E::Credited(Box::new(credit)),
        E::SharesReserved {
            order: order("out"),
            shares: some(),
            sequence: RedemptionSequence::Fifo,
            designated: taken(),
        },
        E::SharesReleased { order: order("out") },
        E::SharesTaken {
            order: order("out"),
            serial: id("TA-9"),
            shares: some(),
            lots: taken(),
            finished: true,
        },
        E::SharesUnfrozen { record: id("FRZ-1") },
        E::SharesHeld { case: id("C-1"), shares: some() },
        E::SharesUnheld { case: id("C-1") },
        E::CreditReversed { lot: lot(), record: id("TA-3"), replaced_by: Some(id("TX-1.again")) },
        E::TakeReversed {
            order: order("out"),
            serial: id("TA-9"),
            record: id("TA-10"),
            awaited: false,
        },
        E::TakeReversed {
            order: order("out"),
            serial: id("TA-9"),
            record: id("TA-10"),
            awaited: true,
        },
    ]
}

fn frozen() -> Vec<holdings::Event> {
    use holdings::Event as E;
    let some = || shares("8100.45");
    vec![
        E::SharesFrozen {
            record: id("FRZ-1"),
            shares: some(),
            cause: cause("court", "frozen by a court"),
            by: FrozenBy::Order,
            in_all: None,
        },
        E::SharesFrozen {
            record: id("frozen.20260225.011162.I-1"),
            shares: some(),
            cause: FrozenCause::Unstated.into(),
            by: FrozenBy::Register(date("2026-02-25")),
            in_all: None,
        },
        E::SharesFrozen {
            record: id("frozen.20260226.011162.I-1"),
            shares: shares("0.00"),
            cause: FrozenCause::Unstated.into(),
            by: FrozenBy::Register(date("2026-02-26")),
            in_all: Some(some()),
        },
    ]
}

fn lacking() -> Vec<holdings::Event> {
    use holdings::Event as E;
    let some = || shares("8100.45");
    let lots = vec![shared::LotTaken { lot: id("TX-2.convert"), shares: some() }];
    vec![
        E::SharesClaimed { order: order("out"), transaction: transaction("TX-1"), shares: some() },
        E::ClaimLifted { order: order("out") },
        E::ClaimWaived { order: order("out") },
        E::MadeUp { lot: id("TX-1.convert"), lots },
        E::DividendDeclared(Box::new(holdings::Dividend {
            record: id("DIV-1"),
            transaction: transaction("dividend.05.DIV-1"),
            amount: amount("123.45"),
            basis: some(),
            record_date: date("2026-02-24"),
            paid_on: date("2026-02-26"),
        })),
    ]
}

fn day_limits() -> Vec<day_limit::Event> {
    use day_limit::Event as E;
    let (transaction, asked) = (|| transaction("TX-1"), amount("10000.00"));
    vec![
        E::Counted { transaction: transaction(), asked, accepted: amount("6000.00"), limit: None },
        E::Counted {
            transaction: transaction(),
            asked,
            accepted: amount("6000.00"),
            limit: Some(money("6000.00")),
        },
        E::DayRefused { transaction: transaction(), asked, revoked: vec![id("TX-0")] },
        E::GivenBack { transaction: transaction() },
    ]
}

fn fast_quotas() -> Vec<fast_quota::Event> {
    use fast_quota::Event as E;
    let transaction = || transaction("TX-1");
    let (amount, above) = (amount("10000.00"), money("2000.00"));
    let by_code = true;
    vec![
        E::Counted { transaction: transaction(), amount, by_code: false },
        E::Counted { transaction: transaction(), amount, by_code },
        E::GivenBack { transaction: transaction() },
        E::Paid { transaction: transaction(), amount, above, by_code: false },
        E::Paid { transaction: transaction(), amount, above, by_code },
    ]
}
