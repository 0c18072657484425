//! What a look says of an open end that would be given up is what happens to it: at every point of every future, for
//! every end and disposition, and for every way to give up to three ends each in its own.

use crate::{
    holdings,
    house::explore,
    house::morning,
    money,
    outside::{May, Outside},
    wallet,
};
use fundflow_domain::{admission::buying::Way, modes::ConversionMode};
use fundflow_runtime::{
    look::Look,
    message::{Action, Reply},
    process::Disposition,
    saga::{OpenEnd, Saga},
};
use fundflow_sagas::parts::lacking::MISSING;
use fundflow_testkit::explore::{Explorer, World, search::Truth};
use rust_decimal::Decimal;
use std::sync::Arc;

type Given = Vec<(Arc<str>, Disposition)>;

/// The words of a look that name somebody who is still to speak, or to do something.
const LATER: [&str; 7] =
    ["still bring", "waited for", "is asked", "until", "missing", "once", "a person has that"];

fn worth(look: &Look, end: &str) -> Decimal {
    look.open_ends.iter().find(|it| *it.name == *end).map_or(Decimal::ZERO, |it| it.worth)
}

/// What is said of each end, if all are given up like that.
fn fates<S: Saga>(
    world: &World<S, Outside>,
    given: &Given,
) -> Result<Vec<(Arc<str>, String)>, String> {
    let view = world.replayed.view().ok_or("nothing was prepared")?;
    let of = |end| {
        let said =
            S::fate(&view, &end, given).ok_or_else(|| format!("nothing is said of {}", end.name));
        said.map(|said| (end.name, said))
    };
    S::open_ends(&view).into_iter().filter(|end| !S::is_made_up(&view, end)).map(of).collect()
}

/// What is not as it was said, right after that.
fn differs(
    (before, after): (&Look, &Look),
    (end, said): (&str, &str),
    moved: bool,
) -> Option<&'static str> {
    let has = |what: &str| said.contains(what);
    let free = said.starts_with("free again") || said.starts_with("not reserved any more");
    let is_there = !worth(after, end).is_zero();
    let (was_missing, is_missing) = (worth(before, MISSING), worth(after, MISSING));
    if free && !has("in dispute") && is_there {
        Some("it is still reserved")
    } else if free && !has("is missing") && is_missing > was_missing {
        Some("shares are missing by it")
    } else if said.starts_with("reserved until") && worth(after, end) != worth(before, end) {
        Some("it is not reserved any more")
    } else if (has("word is waited for") || has("the bank is asked, an hour"))
        && after.waits.is_empty()
    {
        Some("nobody is waited for")
    } else if moved && !has("sent to it by the engine") {
        Some("the engine sends money")
    } else {
        None
    }
}

/// Whether the charge goes back by the engine, or is a person's, as was said.
fn charge_differs<S: Saga>(mut world: World<S, Outside>, said: &str) -> Option<String> {
    let from = world.transcript.len();
    world.run();
    let since = &world.transcript[from..];
    let has = |what: &str| since.iter().any(|line| line.contains(what));
    if !has("payment.receipt_unapplied") {
        return None;
    }
    let by_engine = said.starts_with("the engine sends it back");
    let goes_back = has("payment.refunded");
    let as_said = if by_engine { goes_back } else { !goes_back && has("case.opened") };
    (!as_said).then(|| format!("it came, and what followed is {since:?}"))
}

const DISPOSITIONS: [Disposition; 3] =
    [Disposition::Refund, Disposition::Suspense, Disposition::Manual];

/// More open ends than that are given up all in one way.
const EACH_IN_ITS_OWN_WAY: usize = 3;

/// Every way to give these ends up: a disposition for each of them.
fn ways(ends: &[OpenEnd]) -> Vec<Given> {
    if ends.len() > EACH_IN_ITS_OWN_WAY {
        let all = |to| ends.iter().map(|end| (end.name.clone(), to)).collect();
        return DISPOSITIONS.into_iter().map(all).collect();
    }
    ends.iter().fold(vec![Given::new()], |ways, end| {
        let with = |way: &Given, to| {
            let mut way = way.clone();
            way.push((end.name.clone(), to));
            way
        };
        ways.iter().flat_map(|way| DISPOSITIONS.map(|to| with(way, to))).collect()
    })
}

fn fates_hold<S: Saga>(world: &World<S, Outside>) -> Result<(), String> {
    let Ok(before) = world.glance() else { return Ok(()) };
    let may = before.ending.is_none() || !before.given_up.is_empty();
    if !may || before.open_ends.is_empty() {
        return Ok(());
    }
    for given in ways(&before.open_ends) {
        let to = format!("{given:?}");
        let mixed = given.iter().any(|(_, to)| given.first().is_some_and(|first| first.1 != *to));
        let said = fates(world, &given)?;
        let mut after = world.clone();
        let (from, replies) = (after.transcript.len(), after.replies.len());
        let reason = "looked at".into();
        after.handle(after.act(Action::Abandon { reason, dispositions: given }));
        if !matches!(after.replies.get(replies), Some(Reply::Acted)) {
            continue;
        }
        let look = after.glance().map_err(|error| error.to_string())?;
        let moved = after.transcript[from..].iter().any(|line| line.starts_with("call "));
        // What is sent may be another end's.
        let sent = |(_, said): &(Arc<str>, String)| said.contains("sent to it by the engine");
        let moved = moved && !(mixed && said.iter().any(sent));
        for (end, said) in &said {
            if let Some(wrong) = differs((&before, &look), (end, said), moved) {
                return Err(format!("{end} of {to}: \"{said}\"; {wrong}: {:?}", look.open_ends));
            }
            if **end == *"payment"
                && let Some(wrong) = charge_differs(after.clone(), said)
            {
                return Err(format!("{end} of {to}: \"{said}\"; {wrong}"));
            }
        }
        let waited = said.iter().any(|(_, said)| said.contains("word is waited for"));
        let is_reported = after.transcript.iter().any(|line| **line == *"application.cancelled");
        let waited = waited && !is_reported;
        if let Some(cause) = look.failure.filter(|it| waited && *it.code == *"cancelled") {
            return Err(format!("{to}: \"{cause}\", and it may be carried out: {said:?}"));
        }
        let later = said.iter().any(|(_, said)| LATER.iter().any(|word| said.contains(word)));
        if !look.finished && !later {
            return Err(format!("{to}: {said:?}; and it waits: {:?}", look.waits));
        }
    }
    Ok(())
}

const fn as_forecast<S: Saga>() -> [Truth<S, Outside>; 1] {
    [("a look says what becomes of an end", fates_hold::<S>)]
}

#[track_caller]
fn holds<S: Saga>(world: World<S, Outside>) {
    explore(Explorer::new(world).truths(as_forecast()));
}

#[test]
fn of_a_recharge() {
    holds(money::recharge([May::Decline, May::RejectInBatch, May::ConfirmHalf, May::RefuseMoney]));
}

#[test]
fn of_a_recharge_that_was_given_up_before() {
    let world = money::recharge([May::RejectInBatch, May::RefuseMoney]);
    explore(Explorer::new(world).acts(1).operators().truths(as_forecast()));
}

#[test]
fn of_a_purchase_and_a_subscription() {
    for way in [Way::Purchase, Way::Subscription] {
        holds(money::buying(way, [May::RejectInBatch, May::ConfirmHalf, May::RefuseMoney]));
    }
}

#[test]
fn of_a_withdrawal() {
    holds(wallet::withdraw([May::RejectInBatch, May::ConfirmHalf, May::RefuseMoney]));
    holds(wallet::withdraw([May::Portions, May::Correct]));
}

#[test]
fn of_a_redemption() {
    holds(holdings::redemption([May::RejectInBatch, May::ConfirmHalf, May::RefuseMoney]));
    holds(holdings::redemption([May::Portions, May::Correct]));
}

#[test]
fn of_a_redemption_that_was_given_up_before() {
    let world = holdings::redemption([May::RejectInBatch, May::RefuseMoney]);
    explore(Explorer::new(world).acts(1).operators().truths(as_forecast()));
}

#[test]
fn of_a_conversion() {
    holds(holdings::conversion([May::RejectInBatch, May::ConfirmHalf]));
    holds(holdings::conversion([May::Keep, May::Correct]));
}

#[test]
fn of_a_fast_withdrawal() {
    holds(wallet::fast([May::RejectAtFront, May::DeclineAdvance, May::RefuseMoney]));
}

#[test]
fn of_a_fast_withdrawal_that_was_given_up_before() {
    explore(Explorer::new(wallet::fast([])).acts(1).operators().truths(as_forecast()));
}

#[test]
fn of_a_discount_purchase_of_every_mode() {
    use ConversionMode::{Held, LinkedSameDay, NextDay, RedeemToPurchase};
    for mode in [LinkedSameDay, NextDay, Held, RedeemToPurchase] {
        holds(wallet::discount(mode, [May::RejectAtFront, May::RejectInBatch, May::Decline]));
    }
}

/// The same where it may be taken back before.
#[track_caller]
fn holds_taken_back<S: Saga>(world: World<S, Outside>, cancel: S::Command) {
    explore(Explorer::new(world).acts(1).command(cancel).truths(as_forecast()));
}

#[test]
fn of_orders_that_are_being_taken_back() {
    use fundflow_sagas::{conversion, purchase, recharge, redemption, withdraw};
    let (at, keep) = (morning(), [May::Keep]);
    holds_taken_back(money::recharge(keep), recharge::Command::Cancel { at });
    holds_taken_back(money::buying(Way::Purchase, keep), purchase::Command::Cancel { at });
    holds_taken_back(wallet::withdraw(keep), withdraw::Command::Cancel { at });
    holds_taken_back(holdings::redemption(keep), redemption::Command::Cancel { at });
    holds_taken_back(holdings::conversion(keep), conversion::Command::Cancel { at });
}

#[test]
fn of_a_discount_purchase_that_is_being_taken_back() {
    use fundflow_sagas::{discount_purchase::Command, parts::milestone::Scope};
    let all = Command::Cancel { at: morning(), scope: Scope::All };
    let world = wallet::discount(ConversionMode::LinkedSameDay, [May::Keep]);
    holds_taken_back(world, all);
}
