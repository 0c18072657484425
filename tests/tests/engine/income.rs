//! A service gives a money fund's income by an ordinary request, and the register does the same on its
//! side.

use crate::house::{Outside, ask, asking, audit, passed, show};
use fundflow::{Engine, RequestError};
use fundflow_domain::{
    ids::WalletId,
    modes::ConversionMode,
    money_fund::Publication,
    wallet::{State, Wallet},
};
use fundflow_kernel::{
    clock::Clock as _,
    loaded::Loaded,
    memory_store::MemoryStore,
    store::{EventStore as _, Position},
    streams::Key,
};
use fundflow_sagas::{
    income::{Income, Refusal},
    recharge::{self, Recharge},
    withdraw::{self, Withdraw},
};
use fundflow_testkit::worlds;
use std::sync::Arc;

fn published(day: &str, figure: &str, publication: u8) -> Publication {
    let (day, per_10_000) = (worlds::date(day), worlds::read(figure));
    Publication { fund: worlds::wallet_code(), day, per_10_000, publication }
}

type Given = Result<Position, RequestError<Refusal>>;

/// Both sides hear of it. Returns where the log ends then.
async fn give(outside: &Outside, engine: &Engine, store: &MemoryStore, it: Publication) -> Given {
    let job = it.job().expect("a name");
    engine.request::<Income>(job, it, (), None, None).await?;
    engine.settle().await.expect("an engine that runs");
    outside.registrar.publish_income(&it).expect("books");
    Ok(*store.head().borrow())
}

async fn recharged(engine: &Engine, investor: &str, amount: &str) {
    let mut profile = worlds::investor();
    profile.id = worlds::read(investor);
    let request = recharge::Request {
        investor: profile.id.clone(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        amount: worlds::amount(amount),
        only_today: false,
        distributor: None,
    };
    let channel = worlds::asked().channel;
    let asked = recharge::Asked { investor: profile, channel, warning_confirmed: None, at: None };
    let id = worlds::transaction(&format!("R-{investor}"));
    engine.request::<Recharge>(id, request, asked, None, None).await.expect("a recharge");
}

async fn wallet(store: &MemoryStore, investor: &str) -> State {
    let id = WalletId { investor: worlds::read(investor), fund: worlds::wallet_code() };
    let key = Key::<Wallet>::of(&id);
    Loaded::<Wallet>::load(store, key.stream()).await.expect("a wallet").state
}

/// Shares and unpaid income, on which both sides agree.
async fn owns(outside: &Outside, store: &MemoryStore, investor: &str) -> (String, String) {
    let ours = wallet(store, investor).await;
    let ours = (ours.registered(), ours.unpaid_income());
    let all = outside.registrar.holders_of(worlds::wallet_code());
    assert_eq!(all.get(investor).copied().unwrap_or_default(), ours, "{investor}");
    (ours.0.to_string(), ours.1.to_string())
}

fn figures(shares: &str, unpaid: &str) -> (String, String) {
    (shares.to_owned(), unpaid.to_owned())
}

/// Two recharges and a purchase that is converted a day later, on Friday the 13th; it is the evening
/// of the 24th, and all but the conversion is confirmed.
async fn evening() -> (Outside, Engine, Arc<MemoryStore>) {
    let outside = Outside::new("", worlds::request_time());
    let store = Arc::new(MemoryStore::default());
    let engine = outside.start(&store).await;
    recharged(&engine, "INV-1", "1000000.00").await;
    recharged(&engine, "INV-2", "123.45").await;
    let bought = asking("TX-1", worlds::request(ConversionMode::NextDay));
    ask(&engine, bought).await.expect("a purchase");
    outside.pass(&engine, 24 * 11 + 5).await;
    outside.clock.advance_to(worlds::instant("2026-02-24T20:00:00+08:00"));
    (outside, engine, store)
}

#[tokio::test]
async fn every_wallet_of_the_fund_has_the_days_income_once() {
    let (outside, engine, store) = evening().await;
    let refused = give(&outside, &engine, &store, published("2026-02-25", "0.4", 0)).await;
    let Err(RequestError::Refused(why)) = refused else { panic!("{refused:?}") };
    assert!(why.to_string().starts_with("the income of 2026-02-25 is given from 2026-02-25T15:00"));

    let it = published("2026-02-24", "0.4012", 0);
    let end = give(&outside, &engine, &store, it).await.expect("a job");
    assert_eq!(owns(&outside, &store, "INV-1").await, figures("1000040.12", "0.0000"));
    assert_eq!(owns(&outside, &store, "INV-2").await, figures("123.45", "0.0000"));
    // Bought on the 13th, converted on the 24th: it earns on the 24th, and that goes along with the conversion of all.
    assert_eq!(owns(&outside, &store, "INV-7").await, figures("10000.00", "0.4000"));
    assert_eq!(give(&outside, &engine, &store, it).await.expect("the same job"), end);

    let job = show(&*store, "000009.2026-02-24").await.look;
    assert_eq!((job.ending, job.failure), (Some("income.completed"), None));
    passed(&audit(&*store).await);
}

#[tokio::test]
async fn a_conversion_earns_its_last_day_although_it_is_published_after_it_has_left() {
    let (outside, engine, store) = evening().await;
    outside.pass(&engine, 24).await;
    assert_eq!(wallet(&store, "INV-7").await.registered().to_string(), "0.00");

    for day in ["2026-02-24", "2026-02-25"] {
        give(&outside, &engine, &store, published(day, "0.4", 0)).await.expect("a job");
    }
    assert_eq!(owns(&outside, &store, "INV-7").await, figures("0.40", "0.0000"));
    passed(&audit(&*store).await);
}

#[tokio::test]
async fn a_lot_of_income_leaves_with_the_rest_and_a_correction_is_paid_later() {
    let (outside, engine, store) = evening().await;
    give(&outside, &engine, &store, published("2026-02-24", "0.4", 0)).await.expect("a job");
    outside.clock.advance_to(worlds::instant("2026-02-25T10:00:00+08:00"));
    let mut profile = worlds::investor();
    profile.id = worlds::read("INV-1");
    let request = withdraw::Request {
        investor: profile.id.clone(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        shares: None,
        on_huge: fundflow_domain::application::OnHuge::CarryOver,
        distributor: None,
    };
    let asked = withdraw::Asked { investor: profile, at: None };
    let id = worlds::transaction("OUT-1");
    engine.request::<Withdraw>(id, request, asked, None, None).await.expect("a withdrawal");
    give_later(&outside, &engine, &store).await;

    outside.pass(&engine, 48).await;
    assert_eq!(owns(&outside, &store, "INV-1").await, figures("0.00", "0.0000"));
    let look = show(&*store, "OUT-1").await.look;
    assert_eq!(look.ending, Some("withdraw.paid_out"));
    let totals = outside.channel.totals(worlds::instant("2026-03-01T00:00:00+08:00"));
    // 1,000,000.00 and 40.00 of the 24th as shares, and 10.00 more of its correction as unpaid income.
    assert_eq!(totals.paid_out.to_string(), "1000050.00");
    passed(&audit(&*store).await);
}

/// The figure of the 24th was 0.5.
async fn give_later(outside: &Outside, engine: &Engine, store: &MemoryStore) {
    outside.clock.advance_to(worlds::instant("2026-02-25T16:00:00+08:00"));
    give(outside, engine, store, published("2026-02-24", "0.5", 1)).await.expect("a correction");
    assert_eq!(owns(outside, store, "INV-1").await, figures("1000040.00", "10.0000"));
}

/// Hours pass until then.
async fn until(outside: &Outside, engine: &Engine, then: &str) {
    while outside.clock.now() < worlds::instant(then) {
        outside.pass(engine, 0).await;
    }
    engine.settle().await.expect("an engine that runs");
}

async fn withdrawal(engine: &Engine, shares: &str) {
    let mut profile = worlds::investor();
    profile.id = worlds::read("INV-1");
    let request = withdraw::Request {
        investor: profile.id.clone(),
        account: worlds::account(),
        fund: worlds::wallet_code(),
        shares: Some(worlds::read(shares)),
        on_huge: fundflow_domain::application::OnHuge::CarryOver,
        distributor: None,
    };
    let asked = withdraw::Asked { investor: profile, at: None };
    let id = worlds::transaction("OUT-1");
    engine.request::<Withdraw>(id, request, asked, None, None).await.expect("a withdrawal");
}

/// 1,000,000.00 shares since the 24th; 600,000.00 of them are to leave on the 25th.
async fn leaving(scenario: &str) -> (Outside, Engine, Arc<MemoryStore>) {
    let outside = Outside::new(scenario, worlds::request_time());
    let store = Arc::new(MemoryStore::default());
    let engine = outside.start(&store).await;
    recharged(&engine, "INV-1", "1000000.00").await;
    outside.pass(&engine, 24 * 11 + 5).await;
    outside.clock.advance_to(worlds::instant("2026-02-25T10:00:00+08:00"));
    withdrawal(&engine, "600000.00").await;
    engine.settle().await.expect("an engine that runs");
    (outside, engine, store)
}

#[tokio::test]
async fn portions_leave_on_both_sides_as_they_are_confirmed_and_earn_through_their_own_t() {
    let huge = "[[huge]]\nfund = \"000009\"\non = \"2026-02-25\"\npart_per_mille = 400\n";
    let (outside, engine, store) = leaving(huge).await;
    let stages = [
        ("2026-02-25", "1000040.00"),
        // 240,000.00 earned through the 25th.
        ("2026-02-26", "760070.40"),
        ("2026-02-27", "400086.40"),
    ];
    for (day, registered) in stages {
        until(&outside, &engine, &format!("{day}T20:00:00+08:00")).await;
        give(&outside, &engine, &store, published(day, "0.4", 0)).await.expect("a job");
        assert_eq!(owns(&outside, &store, "INV-1").await, figures(registered, "0.0000"), "{day}");
    }
    outside.pass(&engine, 24 * 5).await;
    let look = show(&*store, "OUT-1").await.look;
    assert_eq!(look.ending, Some("withdraw.paid_out"));
    passed(&audit(&*store).await);
}

#[tokio::test]
async fn an_income_that_comes_a_day_late_is_as_if_it_had_come_in_time() {
    let late = "[override.OUT-1]\nredemption_confirmation = \"late\"\n";
    let (outside, engine, store) = leaving(late).await;
    for day in ["2026-02-25", "2026-02-26", "2026-02-27"] {
        until(&outside, &engine, &format!("{day}T20:00:00+08:00")).await;
        give(&outside, &engine, &store, published(day, "0.4", 0)).await.expect("a job");
    }
    outside.pass(&engine, 24 * 5).await;
    give(&outside, &engine, &store, published("2026-02-28", "0.4", 0)).await.expect("a job");
    owns(&outside, &store, "INV-1").await;
    passed(&audit(&*store).await);
}
