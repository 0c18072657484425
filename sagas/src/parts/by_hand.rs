//! What a person took over when a saga was given up, and what comes of it later.
//!
//! | disposition of | an order | money |
//! |---|---|---|
//! | `refund` | closed: nothing will come of it, and its shares are free | a person sends it back |
//! | `manual` | its registrar's word is waited for, and booked | a person settles it |
//! | `suspense` | the same | it waits on a suspense account, until a person knows whose it is |
//!
//! 1. Whoever has an end has the money that comes of it later: the engine moves none of it. Of an order
//!    that was taken back nothing was to come; what comes of it all the same is the engine's.
//! 2. What comes late, and what becomes more or less by a late word, is named once more: in the saga's
//!    own stream, with its worth, and in a case that a person closes.
//! 3. What a record brings, or takes back, once the money has moved is named in the same way.
//! 4. Nothing is named while a record is in dispute: what it is worth is not known.
//! 5. What is so once more, after it was otherwise, has the case that it had: that is open again, and whoever
//!    closed it then has settled what was so then.

use super::{
    application::{ApplicationLeg, FundSaga},
    cases::{self, About, Record, finding},
    compensation, disputes,
    lacking::{self, Lack, MISSING},
};
use fundflow_domain::{
    application::Quantity,
    case::{self, Case, CaseId, Cases, Disputed, Figure, Finding, Kind, SourceKind, State},
    ids::TransactionId,
    money::{Money, Shares},
    spelling::Spelling,
    text::Text,
};
use fundflow_kernel::{envelope::Actor, streams::Key};
use fundflow_runtime::{
    process::{Disposed, Disposition, Open},
    saga::{OpenEnd, Saga, View},
    turn::{NotDone, Turn},
};
use rust_decimal::Decimal;

/// Who closes a case that has no matter any more.
pub const ENGINE: &str = "engine";
/// Money that a record brought after the last payout that could carry it.
pub const UNDERPAID: &str = "underpaid";
/// Money that went to the investor, and that no record brought in the end.
pub const OVERPAID: &str = "overpaid";

/// What an order is worth whose money or shares are counted elsewhere, or are gone: an end all the same.
pub const NOTHING: Decimal = Decimal::from_parts(0, 0, 0, false, 2);

/// Where the money of an open end comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The ends whose owner has it.
    pub of: &'static [&'static str],
    /// A registrar's word may turn all of it into shares, so that none of it is owed any more.
    pub settles: bool,
}

impl Origin {
    /// Money at a registrar: it becomes shares, or is owed.
    pub const ORDERED: Self = Self { of: &[], settles: true };

    /// Money that is owed as soon as it is there.
    pub const fn owed(of: &'static [&'static str]) -> Self {
        Self { of, settles: false }
    }
}

/// Whether a person has the end of that name.
pub fn has<S: Saga>(view: &View<'_, S>, end: &str) -> bool {
    view.open.disposed(end).is_some()
}

/// Whether a person has what comes of the end of that name; `None` if nobody gave it up.
fn heir<'a, S: FundSaga>(view: &View<'a, S>, end: &str) -> Option<&'a Disposed> {
    let disposed = view.open.disposed(end)?;
    let inherited = match disposed.disposition {
        Disposition::Manual | Disposition::Suspense => true,
        // Money that goes back by hand is a person's; shares that are free again are nobody's.
        Disposition::Refund => origin(view, end).is_some(),
    };
    inherited.then_some(disposed)
}

/// Whether the money of that end is a person's, so that the engine moves none of it.
pub fn is_by_hand<S: FundSaga>(view: &View<'_, S>, end: &str) -> bool {
    if view.open.given_up.is_empty() {
        return false;
    }
    let inherited = || {
        let origin = origin(view, end);
        origin.is_some_and(|it| it.of.iter().any(|of| heir(view, of).is_some()))
    };
    has(view, end) || inherited()
}

/// Everything that came of what a person has is named, and has its case.
pub fn is_handed_over<S: FundSaga>(view: &View<'_, S>) -> bool {
    let quiet = view.open.given_up.is_empty() && view.open.notes.settled.is_empty();
    quiet || (outdated(view).is_none() && unnamed(view).is_empty() && uncased(view).is_none())
}

/// Names what came, and then opens its cases. The case of missing shares that are booked, or that are other
/// ones by now, is closed first: what is left has a case of its own.
///
/// # Errors
/// [`NotDone`]; nothing has changed.
pub fn hand_over<S: FundSaga>(turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
    if let Some((case, left)) = outdated(&turn.view()?) {
        let key = Key::<Cases>::of(&case);
        let closing = booked(left, turn.state(&key).and_then(State::case));
        turn.speaks(Actor::Engine, "hand over", turn.now());
        return Ok(turn.decide(&key, &case::Command::Close(closing))?);
    }
    let ends = unnamed(&turn.view()?);
    if !ends.is_empty() {
        return turn.hand_over("it came of what a person took over", ends);
    }
    let view = turn.view()?;
    let end = uncased(&view).ok_or(NotDone::Lacks("anything that came"))?.clone();
    let found = S::found(&view, &end).unwrap_or_else(|| found(&view, &end));
    let times = view.open.times_before(&end);
    let record = record(view.id, &end);
    turn.speaks(Actor::Engine, "hand over", turn.now());
    let opened = cases::open(turn, &record, About::default(), vec![found])?;
    Ok(opened + say_again(turn, &record.key(), times)?)
}

/// Opens a case again that was closed before it was so once more, or notes that on an open one.
fn say_again<S: FundSaga>(
    turn: &mut Turn<'_, S>,
    key: &Key<Cases>,
    times: usize,
) -> Result<usize, NotDone> {
    let (by, text) = (Text::lossy(ENGINE), format!("it is so once more, after {times} times"));
    let command = match turn.state(key) {
        Some(State::Closed(case, _)) => {
            let reason = Text::lossy(format!("{text}{}", ordinal(case)));
            case::Command::Reopen(case::Reopening { by, reason })
        }
        Some(State::Open(case)) if said_again(case) < times => {
            let text = Text::lossy(format!("{text}{}", ordinal(case)));
            case::Command::Note(case::Note { by, text })
        }
        Some(State::Open(_) | State::Absent) | None => return Ok(0),
    };
    Ok(turn.decide(key, &command)?)
}

/// Number of restatements of the case.
fn said_again(case: &Case) -> usize {
    let reopened = case.reopenings.iter().filter(|it| it.by.as_str() == ENGINE).count();
    reopened + case.notes.iter().filter(|it| it.by.as_str() == ENGINE).count()
}

/// Nobody opens or closes a case twice with the same words.
fn ordinal(case: &Case) -> String {
    match case.reopenings.len() {
        0 => String::new(),
        times => format!(" (opened again {times} times before)"),
    }
}

/// The case of that end, where it came of something that a person has.
pub fn case_of<S: Saga>(view: &View<'_, S>, end: &str) -> Option<CaseId> {
    let end = view.open.disposed(end).filter(|end| end.came_of.is_some())?;
    Some(record(view.id, end).case())
}

/// Whether a person, and not the engine, has closed the case of that end, and since it is so.
pub fn is_closed_by_a_person<S: Saga>(view: &View<'_, S>, end: &Disposed) -> bool {
    let state = view.streams.state(&record(view.id, end).key());
    state.is_some_and(|state| closed_by_a_person(state) && is_of_now(view, end, state))
}

/// Whether the case says of each time but the first that it is so once more.
fn is_of_now<S: Saga>(view: &View<'_, S>, end: &Disposed, state: &State) -> bool {
    let times = view.open.times_before(end);
    times == 0 || state.case().is_some_and(|case| said_again(case) >= times)
}

/// The same of any case.
pub fn closed_by_a_person(state: &State) -> bool {
    matches!(state, State::Closed(_, closing) if closing.by.as_str() != ENGINE)
}

/// The next end whose case is to be opened, and that case.
pub fn next_case<'a, S: FundSaga>(view: &View<'a, S>) -> Option<(&'a str, CaseId)> {
    let end = uncased(view)?;
    Some((&end.name, record(view.id, end).case()))
}

/// The streams of cases that a saga has in memory: open ones on its records, and those of what came of
/// an end that a person has.
pub fn cases_in_sight<S: FundSaga>(id: &TransactionId, open: &Open<S>) -> Vec<Key<Cases>> {
    let of_records = disputes::open_cases(&open.notes).into_iter();
    of_records.chain(came(&open.given_up).map(|end| record(id, end).key())).collect()
}

/// Shares that are missing have their case from the beginning.
fn came(given_up: &[Disposed]) -> impl Iterator<Item = &Disposed> {
    given_up.iter().filter(|end| end.came_of.is_some() || *end.name == *MISSING)
}

fn origin<S: FundSaga>(view: &View<'_, S>, end: &str) -> Option<Origin> {
    match end {
        MISSING | UNDERPAID | OVERPAID => Some(Origin::owed(&[])),
        _ => compensation::comes_of(end).or_else(|| S::comes_of(view, end)),
    }
}

/// What the records brought against what went to the investor for it, where nothing more will go by
/// itself: the difference is a person's.
pub fn difference(brought: Money, moved: Money) -> Option<OpenEnd> {
    let (name, worth) = match brought.minus(moved) {
        Some(rest) if rest.is_zero() => return None,
        Some(rest) => (UNDERPAID, rest),
        None => (OVERPAID, moved.minus(brought)?),
    };
    Some(OpenEnd { name: name.into(), worth: worth.decimal() })
}

/// An open case of missing shares that says another number than is missing now, and that number.
fn outdated<S: FundSaga>(view: &View<'_, S>) -> Option<(CaseId, Decimal)> {
    let named = view.open.disposed(MISSING)?;
    let case = record(view.id, named);
    let state = view.streams.state(&case.key());
    if !state.is_some_and(State::is_open) || view.open.notes.is_disputed() {
        return None;
    }
    let left = lacking::end(&S::lacks(view)).map_or(NOTHING, |end| end.worth);
    (left != named.worth).then(|| (case.case(), left))
}

fn booked(left: Decimal, case: Option<&Case>) -> case::Closing {
    let text = if left.is_zero() {
        "the shares came, and are booked".to_owned()
    } else {
        format!("{left} shares are missing now, and have a case of their own")
    };
    let text = format!("{text}{}", case.map(ordinal).unwrap_or_default());
    let how = case::How::Manual { text: Text::lossy(&text) };
    case::Closing { how, by: Text::lossy(ENGINE), reason: Text::lossy(text) }
}

fn uncased<'a, S: FundSaga>(view: &View<'a, S>) -> Option<&'a Disposed> {
    // What the engine closed was about what had been so before.
    let known = |end: &Disposed| {
        let state = view.streams.state(&record(view.id, end).key());
        let stands = |state: &State| state.is_open() || closed_by_a_person(state);
        state.is_some_and(|state| stands(state) && is_of_now(view, end, state))
    };
    // What is not missing any more needs nobody.
    let over = |end: &Disposed| *end.name == *MISSING && end.worth.is_zero();
    came(&view.open.given_up).find(|end| !known(end) && !over(end))
}

/// What is worth something else than was named, or was never named.
fn unnamed<S: FundSaga>(view: &View<'_, S>) -> Vec<Disposed> {
    if view.ending.is_none() || view.open.notes.is_disputed() {
        return Vec::new();
    }
    let ends = S::owed(view);
    let changed = ends.iter().filter_map(|end| named_anew(view, end));
    let gone = view.open.given_up.iter().filter(|known| {
        // Where it was to go back by hand it may have gone, though the registrar has turned it into shares.
        let goes_back = known.disposition == Disposition::Refund;
        let origin = origin(view, &known.name);
        let owed = origin.is_some_and(|it| known.came_of.is_some() || goes_back || !it.settles);
        owed && !known.worth.is_zero() && ends.iter().all(|end| end.name != known.name)
    });
    changed.chain(gone.map(|known| again(known, NOTHING))).collect()
}

fn named_anew<S: FundSaga>(view: &View<'_, S>, end: &OpenEnd) -> Option<Disposed> {
    let origin = origin(view, &end.name)?;
    if let Some(known) = view.open.disposed(&end.name) {
        // Each record of an order makes less of it open. What it comes to is known once it has its last one.
        let comes = S::order_of(view.plan, &end.name).is_some_and(|leg| !leg.is_over(view));
        return (known.worth != end.worth && !comes).then(|| again(known, end.worth));
    }
    if [UNDERPAID, OVERPAID].contains(&&*end.name) {
        let (name, came_of) = (end.name.clone(), Some("record".into()));
        let own = Disposed::by_a_person(name, end.worth, Disposition::Manual);
        return Some(Disposed { came_of, ..own });
    }
    let of = origin.of.iter().find_map(|of| heir(view, of))?;
    Some(Disposed {
        name: end.name.clone(),
        worth: end.worth,
        disposition: of.disposition,
        came_of: Some(of.name.clone()),
        before: None,
    })
}

fn again(known: &Disposed, worth: Decimal) -> Disposed {
    let came_of = known.came_of.clone().or_else(|| Some(known.name.clone()));
    Disposed { worth, came_of, before: Some(known.worth), ..known.clone() }
}

/// What of our own books the case is about.
fn record(id: &TransactionId, end: &Disposed) -> Record {
    let before = end.before.map_or_else(|| "nothing".to_owned(), |worth| worth.to_string());
    Record {
        source: SourceKind::Ledger,
        name: "by hand".to_owned(),
        record: format!("{id} {}", end.name),
        said: Spelling::words(format!("{} after {before}", end.worth)),
        again: 0,
        to_the_letter: None,
    }
}

fn found<S: FundSaga>(view: &View<'_, S>, end: &Disposed) -> Finding {
    if *end.name == *MISSING {
        return of_missing(end, lacking::sum(&S::lacks(view)));
    }
    let Disposed { name, worth, came_of, before, .. } = end;
    let of = came_of.as_deref().unwrap_or(name);
    let before = before.unwrap_or_default();
    let text = if **name == *OVERPAID && bought::<S>(view) {
        format!(
            "the investor has shares for {worth} yuan more than was paid for them: get the money by hand"
        )
    } else if **name == *OVERPAID {
        format!(
            "{worth} yuan went to the investor and no record brought them: get them back by hand"
        )
    } else if **name == *UNDERPAID {
        format!("{worth} yuan ({name}) are owed by hand: a record brought more than was paid out")
    } else if before.is_zero() {
        format!("{worth} yuan ({name}) are owed by hand: they came of {of}, which a person has")
    } else {
        format!("{worth} yuan ({name}) are owed by hand, where {before} were named before")
    };
    let ours = vec![Figure::new("owed by hand", worth), Figure::new("named before", before)];
    let money = Money::new(*worth).unwrap_or_default();
    let disputed = Disputed { money, ..Disputed::default() };
    let kind = if **name == *OVERPAID { Kind::Overpaid } else { Kind::OwedByHand };
    Finding { disputed, ..finding(kind, &text, ours, vec![]) }
}

/// Whether money of it became shares: then those went to the investor, and no money.
fn bought<S: FundSaga>(view: &View<'_, S>) -> bool {
    let for_money = |leg: &ApplicationLeg| {
        let ask = leg.application(view).map(|it| it.terms.ask.quantity());
        matches!(ask, Some(Quantity::Money(_))) && leg.is_confirmed(view)
    };
    S::legs(view.plan).into_iter().any(for_money)
}

/// Who looks for them must know how many there are to be found, and what for.
fn of_missing(end: &Disposed, Lack { moves, missing }: Lack) -> Finding {
    let of = format!("{missing} shares are not there of the {moves} that records move");
    let text = match &end.before {
        None => format!("{of}: these are not booked, and a person has that"),
        Some(before) => format!("{of}, where {before} were named before"),
    };
    let shares = |name: &str, sum: Shares| Figure::new(name, format!("{sum} shares"));
    let ours = vec![shares("missing", missing), shares("moved", moves)];
    let disputed = Disputed { shares: missing, ..Disputed::default() };
    Finding { disputed, ..finding(Kind::SharesMissing, &text, ours, vec![]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases of every store have these names.
    #[test]
    fn the_case_of_an_end_is_named_by_its_worth_and_by_the_worth_before() {
        let id = "TX-1".parse().unwrap();
        let of = |before: Option<&str>| {
            let worth = "12.50".parse().unwrap();
            let end = Disposed::by_a_person("shares".into(), worth, Disposition::Manual);
            let end = Disposed { before: before.map(|it| it.parse().unwrap()), ..end };
            record(&id, &end).case().to_string()
        };
        assert_eq!(of(None), "86837f80a3422a3b5d794836b4537634");
        assert_eq!(of(Some("3.00")), "53f6e31752f56febf7073bde418fcc58");
    }
}
