//! What regular plans ask for on a T, once a day: each occurrence is a purchase of its own, by way of the
//! wallet where the plan says so. One that the rules refuse is a miss of its plan.

use super::{
    super::{Trouble, books::Books, play::Play},
    Said, Unanswered, kinds, late, unanswered,
};
use chrono::NaiveDate;
use fundflow::{Asking, RequestError, runtime::saga::Saga};
use fundflow_application::desk;
use fundflow_domain::{
    calendar::TradingDay,
    ids::{PlanId, TransactionId},
    investor::SalesChannel,
    orders::Cause,
    plan,
};
use fundflow_infrastructure::day_folder::{Kind, No, Order, PlanWord, Problem};
use fundflow_kernel::{
    envelope::Actor,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    discount_purchase::{self, DiscountPurchase},
    purchase::{self, Purchase},
    regular_plan::{Buys, Command, Due, RegularPlans, due},
};
use std::collections::{BTreeMap, BTreeSet};

/// Asks for everything that is due. Returns whether anything was.
pub(in crate::day) async fn invest<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    let mut all: Vec<(PlanId, Due)> = Vec::new();
    let mut unknown = BTreeSet::new();
    for (name, entry) in play.books.plans.iter() {
        let Ok(id) = name.parse::<PlanId>() else { continue };
        match due(&id, &entry.loaded.state, t, &play.table.house.calendar) {
            Ok(found) => all.extend(found.into_iter().map(|due| (id.clone(), due))),
            // What it would buy past the calendar's end is not guessed; others invest.
            Err(error) => drop(unknown.insert(format!("plan {id}: {error}"))),
        }
    }
    unknown.retain(|remark| !play.remarks.contains(remark));
    play.remarks.extend(unknown);
    let any = !all.is_empty();
    let before = play.with.verdicts.of_plans(t).into_iter();
    let before = before.filter(|(of, _)| play.books.plans.get(plan_of(of)).is_some());
    play.plans_refused.extend(before.map(|(of, why)| (of, (t, why))));
    for (plan, due) in all {
        let Some(investor) = play.day.investors.get(due.buys.investor()) else {
            let who = due.buys.investor();
            play.mistakes.push(not_listed(&due, who.as_str()));
            let cause = Cause::new(plan::NO_INVESTOR, format!("{who} was not listed"));
            miss(play, &plan, Command::Miss { nominal: due.nominal, cause }).await?;
            continue;
        };
        // Nothing that its investor could mend: others invest, and it is no miss as long as it can begin.
        let funds = due.buys.funds().into_iter();
        let lacking = funds.map(|fund| play.table.house.terms(fund, t)).find_map(Result::err);
        if let Some(lacking) = lacking {
            play.remarks.push(format!("{}: {lacking}", due.transaction));
            continue;
        }
        let asked = discount_purchase::Asked {
            investor: investor.profile.clone(),
            channel: SalesChannel::DirectOnline,
            warning_confirmed: None,
            at: None,
        };
        let why = ask_for(play, &due, asked).await?;
        let Some(why) = why else { continue };
        let cause = Cause::new("refused", why.clone());
        if miss(play, &plan, Command::Miss { nominal: due.nominal, cause }).await? {
            let noted = play.with.verdicts.note_of_plan(t, &due.transaction, &why);
            noted.map_err(|source| Trouble::Verdicts { source })?;
            play.plans_refused.insert(due.transaction, (t, why));
        }
    }
    Ok(any)
}

/// That the folder lacks the plan's investor.
fn not_listed(due: &Due, investor: &str) -> Problem {
    let problem = format!(
        "write the investor of plan {}, which invests on {}; nothing is bought on that date, and it is no miss \
         of the investor's",
        plan_of(&due.transaction),
        due.nominal
    );
    let (file, field) = ("investors.csv".to_owned(), "investor".to_owned());
    Problem { file, line: None, field, value: investor.to_owned(), problem }
}

/// Asks for one date in the plan's way. Returns why it is refused, if it is.
async fn ask_for<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    due: &Due,
    asked: discount_purchase::Asked,
) -> Result<Option<String>, Trouble> {
    match due.buys.clone() {
        Buys::Plainly(request) => {
            let is_taken = |no: &_| {
                use purchase::Refusal as R;
                matches!(no, R::Clash(_))
            };
            ask::<S, Purchase>(play, &due.transaction, (request, asked), is_taken).await
        }
        Buys::ThroughWallet(request) => {
            let is_taken = |no: &_| {
                use discount_purchase::Refusal as R;
                matches!(no, R::Clash(_))
            };
            ask::<S, DiscountPurchase>(play, &due.transaction, (request, asked), is_taken).await
        }
    }
}

/// Asks for one date. Returns why the rules refuse it, if they do.
async fn ask<S: EventStore + Checkpoints, G: Saga>(
    play: &mut Play<S>,
    transaction: &TransactionId,
    (request, asked): (G::Request, G::Asked),
    is_taken: fn(&G::Refusal) -> bool,
) -> Result<Option<String>, Trouble> {
    let asking = Asking::<G> {
        transaction: transaction.clone(),
        request,
        asked,
        at: None,
        trace_parent: None,
    };
    let mut answers = play.engine.request_all(vec![asking]).await;
    match answers.pop() {
        // A date has one name, and an earlier program gave such names to whoever asked.
        Some(Err(RequestError::Refused(refusal))) if is_taken(&refusal) => Ok(Some(format!(
            "{transaction} is the name of another request of this store, so that nothing is bought on this \
             date; buy it under another name where the investor wants it ({refusal})"
        ))),
        Some(Err(RequestError::Refused(refusal))) => Ok(Some(refusal.to_string())),
        // Nothing that its investor could mend: it is no miss as long as it can begin.
        Some(Err(error)) => not_asked(play, transaction, error).map(|()| None),
        Some(Ok(_)) | None => Ok(None),
    }
}

/// Notes why the engine does not answer.
fn not_asked<S, R: std::fmt::Display>(
    play: &mut Play<S>,
    transaction: &TransactionId,
    error: RequestError<R>,
) -> Result<(), Trouble> {
    let (Unanswered::Never(why) | Unanswered::Damaged(why)) = unanswered(error)?;
    let remark = format!("{transaction}: {why}");
    if !play.remarks.contains(&remark) {
        play.remarks.push(remark);
    }
    Ok(())
}

/// The plan that asks under that name.
fn plan_of(occurrence: &TransactionId) -> &str {
    occurrence.as_str().rsplit_once('.').map_or("", |(plan, _)| plan)
}

/// Returns whether it is a miss: a plan that is over by then asks for nothing any more.
async fn miss<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    of: &PlanId,
    command: Command,
) -> Result<bool, Trouble> {
    let Ok(transaction) = TransactionId::new(of.as_str()) else { return Ok(false) };
    let engine = play.engine.clone();
    let done = engine.command::<RegularPlans>(transaction.clone(), command, Actor::Engine, None);
    match done.await {
        Ok(()) => Ok(true),
        Err(RequestError::Refused(_)) => Ok(false),
        Err(error) => not_asked(play, &transaction, error).map(|()| false),
    }
}

/// Opens the plans of those rows. One that comes too late for its first date would miss that at once.
pub(super) async fn open<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    if !play.is_past() {
        return super::all::<S, RegularPlans>(play, orders, kinds::plan).await;
    }
    for order in orders {
        if !refuse_late(play, order)? {
            let row = std::slice::from_ref(order);
            super::all::<S, RegularPlans>(play, row, kinds::plan).await?;
        }
    }
    Ok(())
}

/// Returns whether the plan of that row comes too late.
fn refuse_late<S>(play: &mut Play<S>, order: &Order) -> Result<bool, Trouble> {
    let Kind::Plan(terms) = &order.kind else { return Ok(false) };
    let is_open = play.books.plans.get(order.transaction.as_str()).is_some();
    let is_known = is_open || play.with.verdicts.why_not(&play.day, order).is_some();
    let late = late::starts_late(play, terms).filter(|_| !is_known);
    let late =
        late.and_then(|date| play.is_late(order, &format!("its first date, {date}, is over")));
    let is_late = late.is_some();
    late.map(|no| super::refuse(play, order, no)).transpose()?;
    Ok(is_late)
}

/// Says to plans what the rows say; what a plan refuses is refused of the row.
pub(super) async fn say<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    for order in orders {
        let Kind::PlanWord { of, word } = &order.kind else { continue };
        if super::was_refused(play, order) {
            continue;
        }
        let (command, done) = said(order, word);
        let heard = (of.clone(), command.clone(), done);
        if !super::was_taken(play, order, of).await? {
            let said = ask_plan(play, order, (of, word), command).await?;
            if !super::hear(play, order, said)? {
                continue;
            }
        }
        play.plan_words.insert(order.transaction.clone(), heard);
    }
    Ok(())
}

/// What a row says, and what that does.
fn said(order: &Order, word: &PlanWord) -> (Command, &'static str) {
    let at = order.time;
    let reason = if order.note.is_empty() { "as the investor asks" } else { &order.note };
    match word {
        PlanWord::Change(changes, from) => {
            let from = from.unwrap_or_else(|| at.date());
            (Command::Change { at, changes: changes.clone(), from }, "is changed")
        }
        PlanWord::Pause => (Command::Pause { at, reason: reason.into() }, "is paused"),
        PlanWord::Resume => (Command::Resume { at }, "goes on"),
        PlanWord::End => (Command::End { reason: reason.into() }, "is ended"),
    }
}

async fn ask_plan<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    order: &Order,
    (of, word): (&TransactionId, &PlanWord),
    command: Command,
) -> Result<Said, Trouble> {
    if let Some(why) = anothers_account(play, of, word) {
        return Ok(Said::No(why));
    }
    if let Some(late) = too_late(play, order, of, &command.clone().into()) {
        return Ok(Said::Late(late));
    }
    let (engine, at) = (play.engine.clone(), Some(order.time));
    let said = engine.command::<RegularPlans>(of.clone(), command, actor(play, of), at);
    match said.await {
        Ok(()) => Ok(Said::Taken),
        Err(RequestError::NoSuch(_)) if super::comes_later(&play.day, order, of) => {
            Ok(Said::No(format!("there is no plan {of} yet")))
        }
        Err(RequestError::NoSuch(_)) => Ok(Said::No(no_plan(play, of).await)),
        Err(RequestError::Refused(refusal)) => Ok(Said::No(refusal.to_string())),
        Err(error) => super::refused(play, order, error).map(|()| Said::Reported),
    }
}

/// That the word cannot do any more what it would have done at its instant. What was heard is heard, however
/// often it is said.
fn too_late<S>(
    play: &Play<S>,
    order: &Order,
    of: &TransactionId,
    word: &plan::Command,
) -> Option<No> {
    let state = &play.books.plans.get(of.as_str())?.loaded.state;
    if state.plan()?.heard(word) {
        return None;
    }
    super::too_late(play, order).or_else(|| {
        let passed = late::passed(play, state, word, order.time)?;
        play.is_late(
            order,
            &format!("it says otherwise of {passed}, a date of plan {of} that is over"),
        )
    })
}

/// That there is no such plan, and what has its name.
async fn no_plan<S: EventStore + Checkpoints>(play: &Play<S>, of: &TransactionId) -> String {
    match desk::show(&*play.store, &play.table.sagas.desk, None, of).await {
        Ok(shown) => {
            let kind = shown.look.id.kind.replace('_', " ");
            format!("{of} is a {kind} and not a plan")
        }
        Err(_) => format!("there is no plan {of}"),
    }
}

/// Why the account that is to pay from now on cannot: the plan itself does not know whose it is.
fn anothers_account<S>(played: &Play<S>, of: &TransactionId, word: &PlanWord) -> Option<String> {
    let PlanWord::Change(changes, _) = word else { return None };
    let plan = played.books.plans.get(of.as_str()).and_then(|entry| entry.loaded.state.plan())?;
    let investor = played.day.investors.get(&plan.terms_on(NaiveDate::MIN).investor)?;
    let owns = changes.account.as_ref().map(|account| investor.profile.owns(account));
    owns?.err().map(|error| error.to_string())
}

/// The plan's investor; the engine where there is no such plan.
fn actor<S>(played: &Play<S>, of: &TransactionId) -> Actor {
    let known = played.books.plans.get(of.as_str()).and_then(|entry| entry.loaded.state.plan());
    known.map_or(Actor::Engine, |plan| {
        Actor::Requester(plan.terms_on(NaiveDate::MIN).investor.clone().into())
    })
}

/// What became of words to plans, however often they are played: one that took effect did so once, and one
/// that a newer word had overtaken, or that said what was so already, never does.
pub(in crate::day) fn became(
    books: &Books,
    said: BTreeMap<TransactionId, (TransactionId, Command, &'static str)>,
) -> BTreeMap<TransactionId, String> {
    let one = |(row, (of, word, done)): (TransactionId, (TransactionId, Command, &str))| {
        let plan = books.plans.get(of.as_str()).and_then(|entry| entry.loaded.state.plan());
        let word = word.into();
        let followed = plan.is_some_and(|plan| plan.followed(&word));
        let done = if followed { done } else { "stays as it is: said too late, or so already" };
        let replaced = plan.and_then(|plan| plan.replaced(&word));
        let replaced = replaced.map(|what| format!("; that {what}")).unwrap_or_default();
        (row, format!("plan {of} {done}{replaced}"))
    };
    said.into_iter().map(one).collect()
}
