//! Orders, wallets and holdings as people read them, on a day with every kind of luck.

use crate::{outside::Manner, world::World};
use fundflow_application::read_models::{
    CaseRow, CaseStreams, Follow, HoldingRow, HoldingStreams, OrderStreams, Orders, WalletRow,
    Wallets, catch_up,
};
use fundflow_domain::ids::OrderId;

fn order(text: &str) -> OrderId {
    text.parse().unwrap()
}

async fn followed<M: Follow + Default>(world: &World) -> M {
    let mut model = M::default();
    catch_up(&*world.store, &mut model).await.unwrap();
    assert_eq!(catch_up(&*world.store, &mut model).await.unwrap(), 0);
    model
}

#[tokio::test]
async fn an_order_is_its_application_with_its_payment() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Half).await;
    world.buy("TX-2", Manner::Declined).await;
    world.until("03-05 12:00").await;
    let orders: Orders = followed(&world).await;

    let bought = orders.get(&order("TX-1.mmf")).unwrap().row(order("TX-1.mmf")).unwrap();
    assert_eq!((bought.kind, bought.stage), ("purchase", "partly confirmed"));
    assert_eq!(bought.payment_stage, Some("paid"));
    assert_eq!(bought.confirmed_shares, Some("2000".parse().unwrap()));
    assert_eq!(bought.refunds.len(), 1);
    assert!(bought.refunds[0].arrived);

    let t = bought.trade_date.date();
    let at = |fund: &str, day| orders.confirmed_at(fund.parse().unwrap(), day).count();
    // The money fund's purchase and the conversion out of it; the latter is of the target as well.
    assert_eq!((at("000730", t), at("011162", t)), (2, 1));
    assert_eq!(at("000730", t.succ_opt().unwrap()), 0);

    let declined = orders.get(&order("TX-2.mmf")).unwrap().row(order("TX-2.mmf")).unwrap();
    assert_eq!((declined.kind, declined.stage), ("payment", "declined"));
    assert_eq!(declined.cause.unwrap().text.as_ref(), "too little money");
    assert_eq!(declined.application, None);

    let alone = OrderStreams::load(&*world.store, &order("TX-1.mmf")).await.unwrap();
    assert_eq!(alone.order().row(order("TX-1.mmf")), Some(bought.clone()));
    assert_eq!(orders.iter().count(), 3);
}

#[tokio::test]
async fn wallets_and_holdings_show_what_is_there_and_what_it_is_worth() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Well).await;
    world.until("03-02 11:00").await;
    let wallets: Wallets = followed(&world).await;
    let (id, entry) = wallets.iter().next().unwrap();
    let row = WalletRow::of(id, entry).unwrap();
    assert_eq!((row.in_transit, row.reserved), ("1000".parse().unwrap(), "1000".parse().unwrap()));

    world.until("03-04 12:00").await;
    let holdings: HoldingStreams = followed(&world).await;
    let (id, entry) = holdings.iter().next().unwrap();
    let row = HoldingRow::of(id, entry, Some("1.5".parse().unwrap())).unwrap();
    assert_eq!((row.available, row.value), ("800".parse().unwrap(), Some("1200".parse().unwrap())));
    assert_eq!(row.lots.len(), 1);
    assert_eq!(row.lots[0].order, order("TX-1.convert"));
}

#[tokio::test]
async fn what_does_not_add_up_is_a_case_with_both_sides_figures() {
    let world = World::open().await;
    world.buy("TX-1", Manner::Wrong).await;
    world.until("03-04 12:00").await;
    let cases: CaseStreams = followed(&world).await;

    let rows: Vec<CaseRow> = cases.iter().filter_map(|(_, entry)| CaseRow::of(entry)).collect();

    assert_eq!(rows.len(), 1);
    assert!(rows[0].open);
    assert_eq!(rows[0].kind, "shares_do_not_follow_from_nav");
    assert_eq!(rows[0].order, Some(order("TX-1.convert")));
    assert!(!rows[0].findings[0].ours.is_empty() && !rows[0].findings[0].theirs.is_empty());
}
