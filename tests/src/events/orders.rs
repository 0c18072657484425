//! Applications, of every kind and with every kind of word on them.

use super::{Entry, id};
use crate::{
    orders::{
        bought, confirmation, conversion_terms, converted, promise, purchase_terms,
        redemption_terms, rejection, terms,
    },
    worlds::{amount, cause, date, day, money, nav, shares},
};
use fundflow_domain::{
    application::{
        self, Applications, Ask, Confirmation, Designated, FastTransferConfirmed, LotConfirmed,
        Misnamed, Outcome, Promise, Reception, RedemptionConfirmed, RejectedFrozen, Rejection,
        SubscriptionConfirmed, Terms,
    },
    money::{Discount, Money, Nav, ShareRounding},
};

pub(super) fn entries() -> Vec<Entry> {
    let mut events = placed();
    events.extend(heard());
    vec![Entry::of::<Applications>(&events)]
}

fn placed() -> Vec<application::Event> {
    let fast = Ask::FastTransfer { shares: shares("10000.00"), to: id("BANK-1") };
    let raised = Ask::Subscription { amount: amount("10000.00") };
    let planned = Ask::Purchase { amount: amount("500.00"), plan: Some(id("P-1")) };
    let chosen = redemption_terms();
    let ask = match chosen.ask {
        Ask::Redemption { shares: all, on_huge, take_income, .. } => {
            let lots = vec![Designated { serial: id("TA-1"), shares: all }];
            Ask::Redemption { shares: all, lots, on_huge, take_income }
        }
        other => other,
    };
    let all = [
        purchase_terms(),
        conversion_terms(),
        Terms { ask, ..chosen },
        terms("subscribe", raised),
        terms("fast", fast),
        Terms { order: id("P-1.20260213.buy"), ..terms("buy", planned) },
        Terms { distributor: Some(id("306")), ..purchase_terms() },
    ];
    all.into_iter().map(|terms| application::Event::Placed(Box::new(terms))).collect()
}

fn heard() -> Vec<application::Event> {
    use application::Event as E;
    let floored = Promise { floor: Some(id("0.006")), ..promise("2026-02-25") };
    let portion = Confirmation { finished: false, ..bought("6000.00", "0.00") };
    let misnamed = Misnamed::unless_same("FundCode", "011162", "018145").into_iter().collect();
    let interest = Rejection { interest: money("1.23"), ..rejection() };
    let frozen = Some(RejectedFrozen::InAll(shares("500.00")));
    let one = |outcome| E::Confirmed(Box::new(confirmation("TA-3", outcome)));
    vec![
        moved(promise("2026-02-25"), None),
        moved(floored, Some((id("0.4"), ShareRounding::Truncate))),
        E::AskChanged { from: shares("10000.00"), to: shares("4000.00") },
        E::Accepted { serial: Some(id("F-1")) },
        E::Accepted { serial: None },
        E::Sealed { batch: "B-20260213".into() },
        E::Sent { file: "OFD_98_377_20260213_03.TXT".into(), record: 3 },
        E::Received(reception()),
        E::PortionConfirmed(Box::new(portion.clone())),
        E::PortionConfirmed(Box::new(Confirmation { misnamed, ..portion })),
        E::Confirmed(Box::new(converted("10000.00"))),
        one(redeemed(Money::ZERO)),
        one(subscribed()),
        one(Outcome::FastTransfer(FastTransferConfirmed {
            shares: shares("10000.00"),
            income: id("0.40"),
        })),
        one(redeemed(money("3.60"))),
        E::PartlyConfirmed(Box::new(bought("6000.00", "4000.00"))),
        E::Corrected { reverses: id("TA-1"), confirmation: Box::new(bought("10000.00", "0.00")) },
        E::Contested(Box::new(bought("10000.00", "0.00"))),
        E::Upheld(Box::new(bought("10000.00", "0.00"))),
        E::Withdrawn {
            serial: id("TA-1"),
            cause: cause("operator", "the registrar says so"),
            taken_back: false,
            overruled: false,
        },
        E::Withdrawn {
            serial: id("TA-2"),
            cause: cause("operator", "the registrar says so"),
            taken_back: true,
            overruled: false,
        },
        E::Withdrawn {
            serial: id("TA-3"),
            cause: cause("operator", "the rejection holds"),
            taken_back: false,
            overruled: true,
        },
        E::RestRejected(rejection()),
        E::Rejected(interest),
        E::Rejected(Rejection { frozen, ..rejection() }),
        E::RejectionContested(rejection()),
        E::RejectionDropped { cause: cause("operator", "sent in error"), taken_back: true },
        E::RejectionDropped { cause: cause("operator", "by letter"), taken_back: false },
        E::Cancelled { cause: cause("investor", "changed their mind") },
    ]
}

fn moved(promised: Promise, said: Option<(Discount, ShareRounding)>) -> application::Event {
    let (topup_discount, rounding) = said.unzip();
    let (from, to) = (day("2026-02-13"), day("2026-02-24"));
    application::Event::Moved { from, to, promised, topup_discount, rounding }
}

fn redeemed(put_off: Money) -> Outcome {
    let lot = LotConfirmed {
        serial: id("TA-1"),
        shares: shares("10000.00"),
        gross: money("10000.00"),
        fee: put_off,
    };
    Outcome::Redemption(RedemptionConfirmed {
        shares: shares("10000.00"),
        nav: Nav::ONE,
        gross: money("10000.00"),
        fee: put_off,
        back_end_fee: put_off,
        payout: money("10000.40"),
        income: id("0.40"),
        lots: vec![lot],
    })
}

fn subscribed() -> Outcome {
    Outcome::Subscription(SubscriptionConfirmed {
        amount: money("10000.00"),
        fee: money("118.58"),
        refund: Money::ZERO,
        interest: money("1.23"),
        face: nav("1.00"),
        shares: shares("9882.65"),
        interest_shares: shares("1.23"),
    })
}

fn reception() -> Reception {
    Reception { serial: id("TA-0"), on: date("2026-02-24"), amount: Some(money("10000.00")) }
}
