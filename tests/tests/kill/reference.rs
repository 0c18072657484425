//! An engine that nobody killed, asked for the same things: whoever takes nothing back ends alike, and
//! owns as much.

use crate::{
    requests,
    verdict::{come_to_rest, looks},
    world::{self, Asked, Weather, World},
};
use fundflow_application::read_models::{HoldingRow, HoldingStreams, WalletRow, Wallets, catch_up};
use fundflow_domain::time::Timestamp;
use fundflow_kernel::store::{EventStore as _, Position};
use fundflow_runtime::look::Look;
use fundflow_testkit::worlds;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Streams whose events do not depend on who was asked when: the words of banks and registrars.
const LEGS: [&str; 4] = ["payment", "payout", "advance", "application"];

/// By name, in words: how each saga ended, what happened on each of its legs, who owns what.
pub(crate) type Account = BTreeMap<String, String>;

/// Everybody gets what they hold.
pub(crate) fn endow(place: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(World::endow(place));
}

/// Asks for the same, in the same order, without a kill.
pub(crate) async fn undisturbed(place: &Path, seed: u64, asked: &[String]) -> Account {
    World::endow(place).await;
    let world = World::start(place, seed, Weather::Still, worlds::request_time()).await;
    for id in asked {
        let placed = world::ask(&world.engine, id).await;
        assert!(matches!(placed, Asked::Placed(..)), "{id} is not placed");
    }
    come_to_rest(&world).await;
    let account = account(&world).await;
    world.engine.shutdown().await.expect("an engine that runs");
    account
}

/// What is asked for in that log by whoever takes nothing back, in its order.
pub(crate) async fn asked_of(world: &World) -> Vec<String> {
    let mut asked = Vec::new();
    for event in events(world).await {
        let id = event.event.correlation.as_str();
        let begins = event.version.0 == 1 && event.event.event_type.ends_with(".prepared");
        let endowed = requests::capital().iter().any(|own| own == id);
        if begins && !endowed && !requests::is_fickle(id) {
            asked.push(id.to_owned());
        }
    }
    asked
}

/// How it stands with everybody who takes nothing back.
pub(crate) async fn account(world: &World) -> Account {
    let mut account = Account::new();
    for (id, look) in looks(world).await {
        if !requests::is_fickle(&id) {
            account.insert(id, end_of(&look));
        }
    }
    let mut legs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in events(world).await {
        let steady = !requests::is_fickle(event.event.correlation.as_str());
        if steady && LEGS.contains(&event.stream.category()) {
            let nth = legs.entry(event.stream.to_string()).or_default();
            let same = nth.iter().filter(|it| it.starts_with(&*event.event.event_type)).count();
            nth.insert(format!("{} {same}", event.event.event_type));
        }
    }
    account.extend(legs.into_iter().map(|(stream, events)| (stream, format!("{events:?}"))));
    account.extend(owned(world).await);
    account
}

fn end_of(look: &Look) -> String {
    let parked = look.parked.as_ref().map(|(row, cause)| format!("parked at {row}: {cause}"));
    let ends: Vec<String> =
        look.open_ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect();
    format!("{:?} {parked:?} {ends:?} {:?}", look.ending, look.business_date)
}

/// Wallets and holdings, lot by lot; not when they moved.
async fn owned(world: &World) -> Account {
    let (mut wallets, mut holdings) = (Wallets::default(), HoldingStreams::default());
    catch_up(&*world.store, &mut wallets).await.expect("the log");
    catch_up(&*world.store, &mut holdings).await.expect("the log");
    let moved = Timestamp::default();
    let wallets = wallets.iter().filter_map(|(id, entry)| {
        let mut row = WalletRow { moved, ..WalletRow::of(id, entry)? };
        row.lots.sort_by(|a, b| a.transaction.cmp(&b.transaction));
        Some((format!("wallet {id}"), format!("{row:?}"), row.investor))
    });
    let holdings = holdings.iter().filter_map(|(id, entry)| {
        let mut row = HoldingRow { moved, ..HoldingRow::of(id, entry, None)? };
        row.lots.sort_by(|a, b| a.lot.as_str().cmp(b.lot.as_str()));
        Some((format!("holdings {id}"), format!("{row:?}"), row.investor))
    });
    let rows = wallets.chain(holdings);
    let steady = rows.filter(|(.., investor)| investor.as_str().starts_with("STEADY"));
    steady.map(|(name, row, _)| (name, row)).collect()
}

async fn events(world: &World) -> Vec<fundflow_kernel::envelope::Recorded> {
    let (mut all, mut at) = (Vec::new(), Position::START);
    loop {
        let page = world.store.read_all(at, 1000).await.expect("the log");
        let Some(last) = page.last() else { return all };
        at = last.position;
        all.extend(page);
    }
}
