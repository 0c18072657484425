//! One transaction ID stands for one thing: whatever else is asked for under it is refused, naming the
//! kind that has it, and nothing is stored.

use crate::{
    asking::{self, Asked, ask},
    house::{Outside, registry},
};
use fundflow::Engine;
use fundflow_domain::{
    admission::buying::Way,
    application::OnHuge,
    freeze::FrozenCause,
    ids::TransactionId,
    modes::ConversionMode,
    money_fund::Publication,
    plan::{self, DayOfMonth, Frequency, MissingDay, MoveRule},
};
use fundflow_infrastructure::sandbox::scenario::Scenario;
use fundflow_kernel::{
    memory_store::MemoryStore,
    store::{EventStore, Position, StreamAppend, Version},
};
use fundflow_sagas::{
    conversion, discount_purchase, fast_withdraw,
    freeze::{self, Freeze, Word},
    income::Income,
    purchase, recharge, redemption, withdraw,
};
use fundflow_testkit::{
    wanted::{self, Wanted},
    worlds::{
        self, account, amount, date, investor_id, read, shares, target_code, text, transaction,
        wallet_code,
    },
};
use std::{num::NonZeroU8, sync::Arc};

/// What may stand under an ID.
#[derive(Debug, Clone)]
enum Thing {
    Wanted(Box<Wanted>),
    Freeze,
    Income(u8),
}

impl Thing {
    fn kind(&self) -> &'static str {
        match self {
            Thing::Wanted(wanted) => wanted.name(),
            Thing::Freeze => "freeze",
            Thing::Income(_) => "income",
        }
    }

    /// One of each kind, all of which can be had.
    fn all() -> Vec<Self> {
        let wanted = [&buying()[..], &leaving(), &[Wanted::Plan(plan())]].concat();
        let wanted = wanted.into_iter().map(|it| Thing::Wanted(Box::new(it)));
        wanted.chain([Thing::Freeze, Thing::Income(0)]).collect()
    }

    async fn ask(&self, engine: &Engine, id: &TransactionId) -> Asked {
        match self {
            Thing::Wanted(wanted) => ask(engine, id.clone(), wanted.as_ref().clone()).await,
            Thing::Freeze => {
                let word = Word::Order {
                    shares: shares("1.00"),
                    cause: FrozenCause::Judicial,
                    source: text("Court 1, no. 7"),
                    reason: text("a test"),
                    by: text("chen"),
                };
                let request =
                    freeze::Request { investor: investor_id(), fund: target_code(), word };
                asking::one::<Freeze>(engine, id.clone(), request, ()).await
            }
            Thing::Income(publication) => {
                let income = publication_of(*publication);
                asking::one::<Income>(engine, id.clone(), income, ()).await
            }
        }
    }
}

fn buying() -> [Wanted; 3] {
    let (investor, account, amount, only_today) =
        (investor_id(), account(), amount("10.00"), false);
    let first = worlds::request(ConversionMode::NextDay);
    [
        Wanted::DiscountPurchase(discount_purchase::Request { amount, ..first }),
        Wanted::Recharge(recharge::Request {
            investor: investor.clone(),
            account: account.clone(),
            fund: wallet_code(),
            amount,
            only_today,
            distributor: None,
        }),
        Wanted::Purchase(purchase::Request {
            investor,
            account,
            fund: target_code(),
            amount,
            way: Way::Purchase,
            only_today,
            distributor: None,
        }),
    ]
}

fn leaving() -> [Wanted; 4] {
    let (investor, account, fund) = (investor_id(), account(), wallet_code());
    let (lots, shares, on_huge) = (Vec::new(), Some(shares("10.00")), OnHuge::CarryOver);
    let (i, a, only_today) = (|| investor.clone(), || account.clone(), false);
    [
        Wanted::Withdraw(withdraw::Request {
            investor: i(),
            account: a(),
            fund,
            shares,
            on_huge,
            distributor: None,
        }),
        Wanted::FastWithdraw(fast_withdraw::Request {
            investor: i(),
            account: a(),
            fund,
            shares,
            distributor: None,
        }),
        Wanted::Redemption(redemption::Request {
            investor: i(),
            account: a(),
            fund: target_code(),
            shares,
            lots: lots.clone(),
            on_huge,
            only_today,
            distributor: None,
        }),
        Wanted::Conversion(conversion::Request {
            investor: i(),
            fund: target_code(),
            into: wanted::other_code(),
            shares,
            lots,
            only_today,
            distributor: None,
        }),
    ]
}

fn plan() -> plan::Terms {
    plan::Terms {
        investor: investor_id(),
        account: account(),
        fund: target_code(),
        wallet_fund: None,
        amount: amount("10.00"),
        frequency: Frequency::Monthly { day: DayOfMonth::new(20).expect("a day") },
        start: date("2026-03-20"),
        through: None,
        periods: None,
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::MIN,
        distributor: None,
    }
}

fn publication_of(publication: u8) -> Publication {
    let day = date("2026-02-26");
    Publication { fund: wallet_code(), day, per_10_000: read("0.4"), publication }
}

/// Shares in the wallet and of the target.
async fn with_shares() -> (Arc<MemoryStore>, Outside) {
    let start = worlds::request_time();
    let outside = Outside::playing(wanted::funds(), Scenario::default(), start);
    let store = Arc::new(MemoryStore::new());
    let engine = outside.start(&store).await;
    for (id, thing, yuan) in [("W", 1, "9000.00"), ("H", 2, "9000.00")] {
        let mut first = Thing::all().swap_remove(thing);
        if let Thing::Wanted(wanted) = &mut first {
            match wanted.as_mut() {
                Wanted::Recharge(it) => it.amount = amount(yuan),
                Wanted::Purchase(it) => it.amount = amount(yuan),
                other => panic!("{other:?}"),
            }
        }
        let asked = first.ask(&engine, &transaction(id)).await;
        assert!(matches!(asked, Asked::Placed(..)), "{id}");
    }
    outside.pass(&engine, 24 * 13).await;
    outside.clock.advance_to(worlds::instant("2026-02-27T09:30:00+08:00"));
    engine.shutdown().await.expect("an end");
    (store, outside)
}

/// Every pair of different kinds, with an ID of its own.
fn pairs() -> Vec<(TransactionId, Thing, Thing)> {
    let (mut pairs, mut publication) = (Vec::new(), 0);
    for first in Thing::all() {
        for second in Thing::all() {
            // An income's name is nobody else's, whatever comes first.
            if first.kind() == second.kind() || matches!(second, Thing::Income(_)) {
                continue;
            }
            let id = if [&first, &second].iter().any(|it| matches!(it, Thing::Income(_))) {
                publication += 1;
                publication_of(publication).job().expect("a name")
            } else {
                transaction(&format!("P-{}", pairs.len()))
            };
            let with = |thing| match thing {
                Thing::Income(_) => Thing::Income(publication),
                other => other,
            };
            pairs.push((id, with(first.clone()), with(second)));
        }
    }
    pairs
}

#[track_caller]
fn refused(asked: &Asked, id: &TransactionId, first: &Thing, second: &Thing) {
    let kind = first.kind();
    match asked {
        Asked::Refused(why) => {
            let names = why.contains(&format!("belongs to {kind} {id}"));
            assert!(names, "{id}, {kind}, then {}: {why}", second.kind());
        }
        Asked::Placed(..) => panic!("{id} is a {kind} and a {} as well", second.kind()),
        Asked::Busy(_) | Asked::Stopped => panic!("{id}: no answer"),
    }
}

async fn kinds_under(store: &MemoryStore, id: &TransactionId) -> Vec<String> {
    let log = store.read_all(Position::START, 1_000_000).await.expect("the log");
    let of = log.into_iter().filter(|it| it.event.correlation == *id);
    let mut kinds: Vec<String> = of.map(|it| it.event.process.to_string()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[tokio::test]
async fn an_id_that_stands_for_one_kind_of_saga_is_refused_to_every_other() {
    let (store, outside) = with_shares().await;
    let engine = outside.start(&store).await;
    for (id, first, second) in pairs() {
        // Both are under way before either is answered, and decided in one batch.
        let (asked, other) = tokio::join!(first.ask(&engine, &id), second.ask(&engine, &id));
        let why = match asked {
            Asked::Refused(why) => why,
            _ => String::new(),
        };
        assert_eq!(why, "", "{id}: {first:?}");
        refused(&other, &id, &first, &second);
        engine.settle().await.expect("rest");
        let before = *store.head().borrow();
        refused(&second.ask(&engine, &id).await, &id, &first, &second);
        assert_eq!(*store.head().borrow(), before, "a refused request appends nothing");
        assert_eq!(kinds_under(&store, &id).await, [first.kind()]);
    }
    engine.shutdown().await.expect("an end");

    let engine = outside.start(&store).await;
    let before = *store.head().borrow();
    for (id, first, second) in pairs() {
        refused(&second.ask(&engine, &id).await, &id, &first, &second);
        assert!(matches!(first.ask(&engine, &id).await, Asked::Placed(..)), "{id} repeats");
    }
    assert_eq!(*store.head().borrow(), before);
}

/// A store that does not append batches whole has written the beginning of one before the death.
#[tokio::test]
async fn whatever_a_death_leaves_of_a_first_batch_keeps_its_id() {
    let (store, outside) = with_shares().await;
    let ready = *store.head().borrow();
    let all = Thing::all();
    for (nth, first) in all.iter().enumerate() {
        let id = match first {
            Thing::Income(publication) => publication_of(*publication).job().expect("a name"),
            _ => transaction("ONE"),
        };
        let whole = Arc::new(copy(&store, ready).await);
        let engine = outside.start(&whole).await;
        assert!(matches!(first.ask(&engine, &id).await, Asked::Placed(..)), "{first:?}");
        drop(engine);
        let end = *whole.head().borrow();
        let second = &all[(nth + 1) % all.len()];
        let second = if matches!(second, Thing::Income(_)) { &all[0] } else { second };
        if matches!(first, Thing::Income(_)) {
            continue;
        }
        for cut in (ready.0 + 1)..=end.0.min(ready.0 + 4) {
            let part = Arc::new(copy(&whole, Position(cut)).await);
            let engine = outside.start(&part).await;
            refused(&second.ask(&engine, &id).await, &id, first, second);
            assert_eq!(kinds_under(&part, &id).await, [first.kind()]);
        }
    }
}

async fn copy(store: &MemoryStore, until: Position) -> MemoryStore {
    let copy = MemoryStore::new();
    let limit = u32::try_from(until.0).expect("a short log");
    for it in store.read_all(Position::START, limit).await.expect("the log") {
        let expected = Version(it.version.0 - 1);
        let append = StreamAppend { stream: it.stream, expected, events: vec![it.event] };
        copy.append(vec![append]).await.expect("a copy");
    }
    copy
}

#[test]
fn every_shipped_kind_is_among_the_pairs() {
    let mut tried: Vec<_> = Thing::all().iter().map(Thing::kind).collect();
    // They have names of their own alone, which nobody else may take.
    tried.extend(["calendar_change", "clearing", "day_cut", "dividend"]);
    let mut shipped: Vec<_> = registry().names();
    tried.sort_unstable();
    shipped.sort_unstable();
    assert_eq!(tried, shipped);
}

/// Whoever had the name of a plan's date would be in the way of its purchase, whether the plan is opened
/// before or after.
#[tokio::test]
async fn nobody_takes_the_name_of_a_plans_date_and_its_purchase_is_begun() {
    let (store, outside) = with_shares().await;
    let engine = outside.start(&store).await;
    let date = transaction("PL.20260320");
    for is_open in [false, true] {
        let before = *store.head().borrow();
        for thing in Thing::all() {
            if let Asked::Placed(..) = thing.ask(&engine, &date).await {
                panic!("{} has the name of a date", thing.kind());
            }
        }
        assert_eq!(*store.head().borrow(), before);
        let asked = if is_open {
            outside.clock.advance_to(worlds::instant("2026-03-20T09:30:00+08:00"));
            ask(&engine, date.clone(), Wanted::occurrence(&plan())).await
        } else {
            ask(&engine, transaction("PL"), Wanted::Plan(plan())).await
        };
        assert!(matches!(asked, Asked::Placed(..)));
    }
    assert_eq!(kinds_under(&store, &date).await, ["purchase"]);
}

/// What the engine books under a name of its own is in nobody's way: whatever a caller asks for under one is
/// refused, also a plan, and what the name stands for is booked under it.
#[tokio::test]
async fn nobody_takes_a_name_that_the_engine_gives_itself() {
    let (store, outside) = with_shares().await;
    let engine = outside.start(&store).await;
    let statement = freeze::statement_ids(date("2026-02-26"), target_code(), &investor_id());
    let incomes = [0, 1].map(|nth| publication_of(nth).jobs().expect("names"));
    let minted = statement.expect("names").into_iter().chain(incomes.into_iter().flatten());
    let others = ["case.0123456789abcdef0123456789abcdef", "cut.05.2026-02-26"];
    let before = *store.head().borrow();
    for id in minted.chain(others.map(transaction)) {
        for thing in Thing::all() {
            // What the name stands for, under its first name or its second.
            if matches!(thing, Thing::Income(_)) {
                continue;
            }
            match thing.ask(&engine, &id).await {
                Asked::Refused(why) => {
                    let says = why.contains(id.as_str()) && why.contains("another form");
                    assert!(says, "{id}, {}: {why}", thing.kind());
                }
                Asked::Placed(..) => panic!("{} has the name {id}", thing.kind()),
                Asked::Busy(_) | Asked::Stopped => panic!("{id}: no answer"),
            }
        }
    }
    assert_eq!(*store.head().borrow(), before);

    let [first, second] = publication_of(0).jobs().expect("names");
    for id in [first, second] {
        assert!(matches!(Thing::Income(0).ask(&engine, &id).await, Asked::Placed(..)), "{id}");
    }
    let word = Word::Statement {
        registrar: "05".parse().expect("a registrar"),
        on: date("2026-02-26"),
        frozen: shares("1.00"),
    };
    let request = freeze::Request { investor: investor_id(), fund: target_code(), word };
    let id = freeze::statement_id(date("2026-02-26"), target_code(), &investor_id());
    let asked = asking::one::<Freeze>(&engine, id.expect("a name"), request, ()).await;
    assert!(matches!(asked, Asked::Placed(..)));
}
