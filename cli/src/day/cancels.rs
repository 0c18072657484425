//! What became of what was to be taken back, as the log has it when the day is over: that it was asked
//! for in time is not yet that the registrar did it.

use super::{Trouble, play::Played};
use crate::saga_words::{cancel_refused, is_of_target};
use fundflow_application::desk;
use fundflow_domain::{
    application::{Application, Ask, Stage},
    ids::TransactionId,
};
use fundflow_infrastructure::day_folder::CancelScope;
use fundflow_kernel::store::EventStore;
use std::collections::BTreeMap;

/// An order, and how much of it is taken back.
pub(super) type TakenBack = (TransactionId, CancelScope);

/// A word for what became of each, and the same in a sentence.
pub(super) async fn outcomes<S: EventStore>(
    store: &S,
    played: &Played,
) -> Result<Vec<(TransactionId, (String, String))>, Trouble> {
    let mut orders: BTreeMap<&TransactionId, Vec<Application>> =
        played.taken_back.values().map(|(of, _)| (of, Vec::new())).collect();
    for placed in played.books.placed() {
        if let Some(of_it) = orders.get_mut(&placed.transaction) {
            of_it.push(placed.application);
        }
    }
    let mut all = Vec::new();
    for (asked, taken_back) in &played.taken_back {
        let applications = orders.get(&taken_back.0).map_or(&[][..], Vec::as_slice);
        let became = outcome(store, played, taken_back, applications).await?;
        all.push((asked.clone(), became));
    }
    Ok(all)
}

async fn outcome<S: EventStore>(
    store: &S,
    played: &Played,
    (of, scope): &TakenBack,
    applications: &[Application],
) -> Result<(String, String), Trouble> {
    let shown = desk::show(store, &played.desk, None, of).await;
    let shown =
        shown.map_err(|error| Trouble::Look(fundflow_kernel::loaded::with_sources(&error)))?;
    // Its shares were redeemed by then: what their money would buy is all that is left of it.
    let of_target = is_of_target(&shown.events);
    let what = match scope {
        _ if of_target => format!("the target's order of {of}"),
        CancelScope::All => of.to_string(),
        CancelScope::Conversion => format!("the conversion of {of}"),
    };
    let confirmed = || {
        let confirmed = !of_target && is_confirmed(applications, *scope);
        confirmed.then(|| "the registrar has confirmed it".to_owned())
    };
    // It had come to nothing by itself before it could be taken back.
    let over = shown.look.ending.is_some() && !is_cancelled(applications);
    let failure = shown.look.failure.as_ref().filter(|it| over && &*it.code != "cancelled");
    if let Some(cause) = failure.filter(|_| confirmed().is_none()) {
        return Ok((NOT_TAKEN_BACK.into(), format!("{what} came to nothing: {}", cause.text)));
    }
    // Its shares were to be converted, and were not: that much of it is taken back.
    let kept_in_wallet = shown.look.ending == Some(KEPT) && *scope == CancelScope::All;
    let (word, says) = match cancel_refused(&shown.events, named(*scope)).or_else(confirmed) {
        Some(why) if kept_in_wallet => (
            IN_PART,
            format!(
                "the conversion of {of} is taken back, and its shares are kept in the wallet; its \
                 purchase stands: {why}"
            ),
        ),
        Some(why) => (NOT_TAKEN_BACK, format!("{what} stands: {why}")),
        None if is_cancelled(applications) || shown.look.ending.is_some() => {
            ("done", format!("{what} is taken back"))
        }
        None => ("under way", format!("{what} is to be taken back")),
    };
    Ok((word.to_owned(), says))
}

/// How a discount purchase ends whose conversion came to nothing.
const KEPT: &str = "discount_purchase.kept_in_wallet";

/// Asked for in time, and done of the conversion only.
pub(super) const IN_PART: &str = "taken back in part";

/// Asked for in time, and not done.
pub(super) const NOT_TAKEN_BACK: &str = "not taken back";

/// As the event says that it was asked for.
const fn named(scope: CancelScope) -> &'static str {
    match scope {
        CancelScope::All => "all",
        CancelScope::Conversion => "conversion",
    }
}

fn is_cancelled(applications: &[Application]) -> bool {
    applications.iter().any(|it| matches!(it.stage, Stage::Cancelled(_)))
}

/// Whether the registrar confirmed any of what was to be taken back.
fn is_confirmed(applications: &[Application], scope: CancelScope) -> bool {
    let meant = |ask: &Ask| match ask {
        Ask::Purchase { .. } | Ask::Subscription { .. } => scope == CancelScope::All,
        Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. } => true,
    };
    applications.iter().any(|it| meant(&it.terms.ask) && it.confirmations().next().is_some())
}
