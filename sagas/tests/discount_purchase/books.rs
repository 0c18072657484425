//! What must be true of a purchase wherever it rests, read off the log alone.
//!
//! 1. Whoever is unfinished waits for somebody; it ends once.
//! 2. At the end: paid = refunded + in confirmed shares + paid out, to the fen, and nothing of it is
//!    in transit, reserved or owed.

use crate::{
    held::wallet_key,
    names::{order, tx},
    stage::Stage,
    terms::{FOREIGN, TARGET},
};
use fundflow_domain::{
    application::Applications,
    day_limit::{DayLimit, Entry as Counted},
    decider::Decider,
    holdings::{HoldingId, Holdings},
    ids::{ApplicationNo, OrderId, PaymentNo},
    payment::Payments,
    payout::Payouts,
    wallet::{Credit, Reservation},
};
use fundflow_kernel::streams::Key;
use rust_decimal::Decimal;

/// Money of one purchase, by where it is. Money-fund shares count 1.00 each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    pub(crate) paid: Decimal,
    pub(crate) refunded: Decimal,
    pub(crate) in_wallet: Decimal,
    pub(crate) in_target: Decimal,
    pub(crate) paid_out: Decimal,
    /// Out of shares that the wallet held before.
    pub(crate) from_before: Decimal,
}

pub(crate) fn books(stage: &Stage) -> Books {
    let payment: Key<Payments> = Key::of(&PaymentNo::pay(&order("mmf")));
    let mut books = Books::default();
    if let Some(payment) = stage.state(&payment).payment() {
        let receipts = payment.applied().into_iter().chain(&payment.unapplied);
        books.paid = receipts.map(|it| it.amount.decimal()).sum();
        let back = payment.refunds.iter().filter(|it| it.arrived.is_some());
        books.refunded = back.map(|it| it.amount.decimal()).sum();
    }
    let wallet = stage.state(&wallet_key());
    let entry = wallet.entry(&tx("TX-1"));
    let spent = match entry.reservation {
        Reservation::Spent(shares) => shares.decimal(),
        Reservation::None
        | Reservation::Held(_)
        | Reservation::Leaving { .. }
        | Reservation::Released => Decimal::ZERO,
    };
    match entry.credit {
        Credit::Confirmed(shares) | Credit::Arriving { there: shares, .. } => {
            books.in_wallet = shares.decimal() - spent;
        }
        Credit::None | Credit::InTransit(_) | Credit::Reversed => books.from_before = spent,
    }
    for fund in [TARGET, FOREIGN] {
        let id = HoldingId { investor: "i-1".parse().unwrap(), fund: fund.parse().unwrap() };
        let holdings = stage.state(&Key::<Holdings>::of(&id));
        let own = |order: &OrderId| order.as_str().starts_with("TX-1.");
        let lots = holdings.lots().into_iter().filter(|it| it.stands() && own(&it.credit.order));
        books.in_target += lots.map(|it| it.credit.cost.decimal()).sum::<Decimal>();
    }
    let payout: Key<Payouts> = Key::of(&PaymentNo::out(&order("redeem")));
    let paid = stage.state(&payout).payout().and_then(|it| it.paid().cloned());
    books.paid_out = paid.map_or(Decimal::ZERO, |transfer| transfer.amount.decimal());
    books
}

/// What must be true at every point.
#[track_caller]
pub(crate) fn always(stage: &Stage) {
    let look = stage.look();
    for wait in &look.waits {
        assert!(wait.is_alive(), "it is forgotten: {wait:?}\n{}", stage.text());
    }
    let own = stage.events.iter().filter(|it| it.stream.as_str() == "discount_purchase-TX-1");
    let endings = own.filter(|it| {
        let ending = it.event.event_type.strip_prefix("discount_purchase.").unwrap_or_default();
        ["completed", "kept_in_wallet", "rolled_back", "compensated", "paid_out"].contains(&ending)
    });
    // Who gives up after the end disposes of what it still owes.
    let abandoned =
        stage.events.iter().find(|it| &*it.event.event_type == "discount_purchase.abandoned");
    let endings: Vec<_> = endings.map(|it| it.position).collect();
    let ended = endings.first().is_some_and(|at| abandoned.is_none_or(|it| *at < it.position));
    assert!(
        endings.len() <= usize::from(ended || abandoned.is_none()),
        "it ended twice\n{}",
        stage.text()
    );
    if look.ending.is_none() {
        assert!(!look.waits.is_empty(), "it waits for nobody\n{}", stage.text());
    }
}

/// What must be true once it is over and owes nothing.
#[track_caller]
pub(crate) fn at_the_end(stage: &Stage) {
    at_the_end_less(stage, Decimal::ZERO);
}

/// The same where so many yuan of income were owed, and came off what the shares were worth.
#[track_caller]
pub(crate) fn at_the_end_less(stage: &Stage, owed: Decimal) {
    always(stage);
    let look = stage.look();
    assert!(look.finished, "it is not over, but {:?}\n{}", look.parked, stage.text());
    let open = look.open_ends.iter().find(|end| !look.given_up.contains(&end.name));
    assert_eq!(open, None, "{}", stage.text());
    let books = books(stage);
    let Books { paid, refunded, in_wallet, in_target, paid_out, from_before } = books;
    assert_eq!(
        paid + from_before - owed,
        refunded + in_wallet + in_target + paid_out,
        "{books:?}\n{}",
        stage.text()
    );
    let entry = stage.state(&wallet_key()).entry(&tx("TX-1"));
    assert!(entry.reservation.open().is_none(), "{}", stage.text());
    assert!(!matches!(entry.credit, Credit::InTransit(_)), "{}", stage.text());
    for name in crate::names::ORDERS {
        let application: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
        let known = stage.state(&application);
        assert!(known.application().is_none_or(|it| it.stage.is_over()), "{name} is under way");
    }
}

/// What counts of that transaction on a day, in yuan; 0 once it was given back.
pub(crate) fn counted(stage: &Stage, id: &str, fund: &str, day: &str) -> Decimal {
    let name = format!("{fund}.i-1.2026-{day}.individual.direct_online");
    match stage.state(&Key::<DayLimit>::of(&name)).entry(&tx(id)) {
        Some(Counted::Counted { accepted, .. }) => accepted.decimal(),
        Some(Counted::Refused { .. } | Counted::GivenBack) | None => Decimal::ZERO,
    }
}

/// The T of an order.
pub(crate) fn t_of(stage: &Stage, name: &str) -> String {
    let application: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
    stage.state(&application).application().unwrap().terms.trade_date.to_string()
}

/// Every stream of a category, as cases are found.
pub(crate) fn cases(stage: &Stage) -> Vec<fundflow_domain::case::State> {
    use fundflow_domain::case::Cases;
    let mut streams: Vec<_> = stage.events.iter().map(|it| it.stream.clone()).collect();
    streams.sort();
    streams.dedup();
    let of = |stream: &fundflow_kernel::envelope::StreamName| {
        let mut loaded = fundflow_kernel::loaded::Loaded::<Cases>::default();
        for event in stage.events.iter().filter(|it| it.stream == *stream) {
            loaded.replay(event).unwrap();
        }
        loaded.state
    };
    let category = <Cases as Decider>::CATEGORY;
    streams.iter().filter(|it| it.category() == category).map(of).collect()
}
