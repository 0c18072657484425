//! Prices that are others than what registrars confirmed at: published after the records, or corrected. Their records
//! are handed to the engine again, which opens a case on each; one that has its case adds nothing.

use super::{Trouble, play::Play};
use fundflow::Notice;
use fundflow_application::read_models::{Orders, catch_up};
use fundflow_domain::{application::Outcome, money::Nav};
use fundflow_infrastructure::day_folder::published_at;
use fundflow_kernel::{
    clock::Clock as _,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::ports::registrar::{self, ApplicationAnswer};
use std::collections::BTreeMap;

/// Holds what was confirmed in earlier plays against the folder's prices that are published by now.
pub(super) async fn tell<S: EventStore + Checkpoints>(play: &mut Play<S>) -> Result<(), Trouble> {
    if play.store.head().borrow().0 == 0 {
        return Ok(());
    }
    let mut orders = Orders::default();
    catch_up(&*play.store, &mut orders).await?;
    let (now, calendar) = (play.table.clock.now(), &play.table.house.calendar);
    // A record of two funds is handed over once.
    let mut again = BTreeMap::new();
    for price in &play.day.prices {
        if !calendar.day(price.date).is_ok_and(|day| published_at(day) <= now) {
            continue;
        }
        for (no, said) in orders.confirmed_at(price.fund, price.date) {
            if !stated(&said.outcome).contains(&price.nav) {
                again.insert((no.clone(), said.serial.clone()), said.clone());
            }
        }
    }
    let notices = again.into_iter().map(|((no, _), said)| {
        let (stream, news) = registrar::notice(&no, ApplicationAnswer::Confirmed(Box::new(said)));
        Notice { stream, news }
    });
    let notices = notices.collect();
    play.deliver(notices).await?;
    play.settle().await
}

/// The prices that a record states.
fn stated(outcome: &Outcome) -> Vec<Nav> {
    match outcome {
        Outcome::Purchase(it) => vec![it.nav],
        Outcome::Redemption(it) => vec![it.nav],
        Outcome::Conversion(it) => vec![it.nav_out, it.nav_in],
        // Shares of a raising have their face value, and a transfer has no price.
        Outcome::Subscription(_) | Outcome::FastTransfer(_) => Vec::new(),
    }
}
