//! The rows of orders.csv as requests to the engine, each to the saga of its kind; and what plans ask
//! for by themselves.

mod incomes;
mod kinds;
mod late;
pub(super) mod named;
pub(super) mod plans;

use super::{Trouble, earlier, play::Play};
use crate::registry::Word;
use fundflow::{ActError, Asking, RequestError, runtime::saga::Saga};
use fundflow_application::desk::{self, DeskError};
use fundflow_domain::{ids::TransactionId, time::Timestamp};
use fundflow_infrastructure::day_folder::{CancelScope, Day, Kind, No, Order, Problem};
use fundflow_kernel::{
    clock::Clock as _,
    envelope::Actor,
    store::{Checkpoints, EventStore},
};
use fundflow_sagas::{
    conversion::Conversion, discount_purchase::DiscountPurchase, fast_withdraw::FastWithdraw,
    parts::milestone::Scope, purchase::Purchase, recharge::Recharge, redemption::Redemption,
    withdraw::Withdraw,
};

/// Makes those requests, in their order: neighbours of one kind together.
pub(super) async fn place<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    for run in orders.chunk_by(|one, next| one.kind.name() == next.kind.name()) {
        let Some(first) = run.first() else { continue };
        match &first.kind {
            Kind::DiscountPurchase(_) => {
                all::<S, DiscountPurchase>(play, run, kinds::discount_purchase).await?;
            }
            Kind::Recharge(_) => all::<S, Recharge>(play, run, kinds::recharge).await?,
            Kind::Withdraw(_) => all::<S, Withdraw>(play, run, kinds::withdraw).await?,
            Kind::FastWithdraw(_) => {
                all::<S, FastWithdraw>(play, run, kinds::fast_withdraw).await?;
            }
            Kind::Purchase(_) | Kind::Subscription(_) => {
                all::<S, Purchase>(play, run, kinds::purchase).await?;
            }
            Kind::Redemption(_) => all::<S, Redemption>(play, run, kinds::redemption).await?,
            Kind::Conversion(..) => {
                let known = kinds::conversion;
                noting::<S, Conversion>(play, run, (known, kinds::without_price)).await?;
            }
            Kind::Plan(_) => plans::open(play, run).await?,
            Kind::PlanWord { .. } => plans::say(play, run).await?,
            Kind::Income(_) => incomes::publish(play, run).await?,
            Kind::Cancel { .. } => cancel_all(play, run).await?,
        }
    }
    Ok(())
}

/// What a row asks of a saga of that kind.
type Reads<G> = fn(&Day, &Order) -> Option<(<G as Saga>::Request, <G as Saga>::Asked)>;

/// What a person should know of a row that was taken, if there is anything.
type Notes<G> = fn(&Order, &<G as Saga>::Promise) -> Option<String>;

/// Asks for all of them, in one batch where they fit.
async fn all<S: EventStore + Checkpoints, G: Saga>(
    play: &mut Play<S>,
    orders: &[Order],
    of: Reads<G>,
) -> Result<(), Trouble> {
    noting::<S, G>(play, orders, (of, |_, _| None)).await
}

async fn noting<S: EventStore + Checkpoints, G: Saga>(
    play: &mut Play<S>,
    orders: &[Order],
    (of, notes): (Reads<G>, Notes<G>),
) -> Result<(), Trouble> {
    let before = play.store.head().borrow().0;
    let mut taken = Vec::new();
    let (mut askings, mut asked_for) = (Vec::new(), Vec::new());
    for order in orders {
        let Some((request, asked)) = of(&play.day, order) else { continue };
        if was_refused(play, order) {
            continue;
        }
        let (transaction, at) = (order.transaction.clone(), Some(order.time));
        askings.push(Asking::<G> { transaction, request, asked, at, trace_parent: None });
        asked_for.push(order);
    }
    let answers = play.engine.request_all(askings).await;
    for (order, answer) in asked_for.into_iter().zip(answers) {
        match answer {
            Ok(placed) => {
                play.remarks.extend(notes(order, &placed.promise));
                taken.push((order, order.transaction.clone()));
            }
            Err(RequestError::Refused(refusal)) => {
                // One that was changed contradicts what was asked for under its name, at whatever time.
                let late = match too_late(play, order) {
                    Some(_) if stands(play, order).await => None,
                    late => late,
                };
                refuse(play, order, late.unwrap_or_else(|| no(refusal)))?;
            }
            Err(error) => refused(play, order, error)?,
        }
    }
    late::note_new(play, taken, before).await
}

/// Whether its name stands for what was asked for earlier.
async fn stands<S: EventStore>(play: &Play<S>, order: &Order) -> bool {
    let desk = &play.table.sagas.desk;
    desk::show(&*play.store, desk, None, &order.transaction).await.is_ok()
}

/// Whether the row was refused when the folder was played before; it stays so.
fn was_refused<S>(play: &mut Play<S>, order: &Order) -> bool {
    let known = play.with.verdicts.why_not(&play.day, order).cloned();
    let is_known = known.is_some();
    if let Some(no) = known {
        say_no(play, order, no);
    }
    is_known
}

/// Whether the word of that row was taken when the folder was played before; it stays so, and is noted where it
/// was not.
async fn was_taken<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    order: &Order,
    of: &TransactionId,
) -> Result<bool, Trouble> {
    if play.with.verdicts.is_taken(&play.day, order) {
        return Ok(true);
    }
    let taken = earlier::took(play, of).await?;
    if taken {
        note_taken(play, order)?;
    }
    Ok(taken)
}

/// What is said to a row that is about something which runs.
enum Said {
    Taken,
    /// Refused, with the reason.
    No(String),
    /// It says no to whoever says it now, and might have heard it at its instant.
    TooLate(String),
    /// It hears no such instant any more.
    Late(No),
    /// Its refusal is reported already.
    Reported,
}

/// Keeps what was said, and returns whether the row is taken: it stays so, whatever becomes of what it is
/// about.
fn hear<S>(play: &mut Play<S>, order: &Order, said: Said) -> Result<bool, Trouble> {
    match said {
        Said::Taken => {
            late::note(play, order);
            note_taken(play, order)?;
            return Ok(true);
        }
        Said::No(why) => refuse(play, order, no(why))?,
        Said::TooLate(why) => {
            let late = play.is_late(order, &why);
            refuse(play, order, late.unwrap_or_else(|| no(why)))?;
        }
        Said::Late(late) => refuse(play, order, late)?,
        Said::Reported => {}
    }
    Ok(false)
}

fn note_taken<S>(play: &mut Play<S>, order: &Order) -> Result<(), Trouble> {
    let noted = play.with.verdicts.note_taken(&play.day, order);
    noted.map_err(|source| Trouble::Verdicts { source })
}

/// Whether what the row is about is asked for by a later row: a word that comes too early stays so.
fn comes_later(day: &Day, row: &Order, of: &TransactionId) -> bool {
    day.orders
        .iter()
        .skip_while(|order| order.transaction != row.transaction)
        .any(|order| order.transaction == *of)
}

fn no(why: impl std::fmt::Display) -> No {
    No { why: why.to_string(), is_late: false }
}

/// In place of the bounds that an instant has which somebody else tells.
const TOO_LONG_AGO: &str = "is too long ago to be heard";

/// That no saga hears that instant any more, if the store had been played past it before.
fn too_late<S>(play: &Play<S>, order: &Order) -> Option<No> {
    let heard = play.table.house.asked_at(Some(order.time), play.table.clock.now());
    heard.err().and_then(|_| play.is_late(order, TOO_LONG_AGO))
}

/// No: now, and whenever the folder is played again.
fn refuse<S>(play: &mut Play<S>, order: &Order, no: No) -> Result<(), Trouble> {
    let noted = play.with.verdicts.note(&play.day, order, no.clone());
    noted.map_err(|source| Trouble::Verdicts { source })?;
    say_no(play, order, no);
    Ok(())
}

/// What the business refuses has an ending; what comes too late is a mistake of the folder.
fn say_no<S>(play: &mut Play<S>, order: &Order, No { why, is_late }: No) {
    if !is_late {
        play.refused.insert(order.transaction.clone(), why);
        return;
    }
    let (file, field) = ("orders.csv".to_owned(), "time".to_owned());
    let value = order.time.to_string();
    play.mistakes.push(Problem { file, line: Some(order.line), field, value, problem: why });
}

async fn cancel_all<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    orders: &[Order],
) -> Result<(), Trouble> {
    for order in orders {
        let Kind::Cancel { of, scope } = &order.kind else { continue };
        if was_refused(play, order) {
            continue;
        }
        if !was_taken(play, order, of).await? {
            let said = cancel(play, of, *scope, order.time).await?;
            if !hear(play, order, said)? {
                continue;
            }
        }
        play.taken_back.insert(order.transaction.clone(), (of.clone(), *scope));
    }
    Ok(())
}

/// Asks the saga of that transaction, whichever it is, to take it back.
async fn cancel<S: EventStore + Checkpoints>(
    play: &Play<S>,
    of: &TransactionId,
    scope: CancelScope,
    at: Timestamp,
) -> Result<Said, Trouble> {
    let shown = match desk::show(&*play.store, &play.table.sagas.desk, None, of).await {
        Ok(shown) => shown,
        Err(DeskError::Read(error)) => return Err(error.into()),
        Err(error) => return Ok(Said::No(error.to_string())),
    };
    let scope = match scope {
        CancelScope::All => Scope::All,
        CancelScope::Conversion => Scope::Conversion,
    };
    let saga = shown.look.id;
    let command = match play.table.sagas.spoken(saga.kind, Word::Cancel { at, scope }) {
        Ok(command) => command,
        Err(why) => return Ok(Said::No(why)),
    };
    let actor = Actor::Requester(shown.look.requester);
    let mut answers = play.engine.ask_all(vec![(saga, command)], actor, Some(at)).await;
    match answers.pop() {
        Some(Ok(())) | None => Ok(Said::Taken),
        Some(Err(ActError::NotActed(error))) => Ok(Said::TooLate(error.to_string())),
        Some(Err(error @ (ActError::Unsure | ActError::ClockSetBack(_)))) => {
            Err(Trouble::Defect(error.to_string()))
        }
        Some(Err(ActError::Stopped(cause))) => Err(fundflow::Stopped { cause }.into()),
    }
}

/// What is said to a row that the engine does not answer: it is stored like any refusal.
fn refused<S, R: std::fmt::Display>(
    play: &mut Play<S>,
    order: &Order,
    error: RequestError<R>,
) -> Result<(), Trouble> {
    match unanswered(error)? {
        Unanswered::Never(why) => refuse(play, order, no(why)),
        Unanswered::Damaged(what) => {
            play.remarks.push(format!("{}: {what}", order.transaction));
            Ok(())
        }
    }
}

/// Why the engine does not answer a request.
enum Unanswered {
    /// It never will, with the reason.
    Never(String),
    /// Until what is damaged is mended.
    Damaged(String),
}

fn unanswered<R: std::fmt::Display>(error: RequestError<R>) -> Result<Unanswered, Trouble> {
    match error {
        RequestError::Refused(refusal) => Ok(Unanswered::Never(refusal.to_string())),
        RequestError::NoPort(missing) => Ok(Unanswered::Never(format!(
            "{missing}; once it is, ask for the row again at a later time"
        ))),
        RequestError::Reserved(why) | RequestError::Unfit(why) => {
            Ok(Unanswered::Never(why.to_string()))
        }
        RequestError::Damaged { place, what } => {
            Ok(Unanswered::Damaged(format!("{place} cannot be used: {what}")))
        }
        RequestError::Stopped(cause) => Err(fundflow::Stopped { cause }.into()),
        RequestError::Busy { .. } => Err(Trouble::Defect("the engine is busy".to_owned())),
        RequestError::Unsure => {
            Err(Trouble::Defect("somebody else writes to the store".to_owned()))
        }
        RequestError::ClockSetBack(clock) => Err(Trouble::Defect(clock.to_string())),
        RequestError::NoSuch(saga) => Err(Trouble::Defect(format!("{saga} is not known"))),
        RequestError::Defect(what) => Err(Trouble::Defect(what.to_string())),
    }
}
