//! Rows that come when the store has been played past their instant: what is heard all the same counts from
//! where the store stands, and a note says so.

use super::super::{Trouble, agenda::invests_at, earlier, play::Play};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingCalendar,
    ids::TransactionId,
    plan::{self, Occurrence, State, Terms},
    time::Timestamp,
};
use fundflow_infrastructure::day_folder::{Kind, No, Order, PlanWord};
use fundflow_kernel::{
    clock::Clock as _,
    store::{Checkpoints, EventStore},
};

impl<S> Play<S> {
    /// Whether the store had been played past the wave that is placed.
    pub(super) fn is_past(&self) -> bool {
        self.wave < self.began
    }

    /// That the row comes too late, if the store had been played past its wave before it came: why, and
    /// what would be right.
    pub(super) fn is_late(&self, order: &Order, why: &str) -> Option<No> {
        self.is_past().then(|| {
            let until = self.began;
            let why = format!(
                "{why}; the store was played until {until} before this row came: {}, or play the folder into \
                 another store",
                later(order)
            );
            No { why, is_late: true }
        })
    }
}

/// What a row that comes too late has to say instead.
const fn later(order: &Order) -> &'static str {
    match &order.kind {
        Kind::Plan(_) => "write a later time, and a start from then on",
        Kind::PlanWord { word: PlanWord::Change(_, Some(_)), .. } => {
            "write a later time and a later start"
        }
        _ => "write a later time",
    }
}

/// Notes each of those rows whose request is in the store since now, and not since its own time.
pub(super) async fn note_new<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    taken: Vec<(&Order, TransactionId)>,
    events_before: u64,
) -> Result<(), Trouble> {
    // A folder that is played again adds nothing, and nobody looks at each of its rows.
    if !play.is_past() || play.store.head().borrow().0 == events_before {
        return Ok(());
    }
    let now = play.table.clock.now();
    for (order, transaction) in taken {
        if earlier::began(play, &transaction).await?.is_some_and(|began| began >= now) {
            note(play, order);
        }
    }
    Ok(())
}

/// Notes that what the row asks for counts from now on, if it comes late.
pub(super) fn note<S>(play: &mut Play<S>, order: &Order) {
    if play.is_past() {
        let (row, line, time) = (&order.transaction, order.line, order.time);
        let until = play.began;
        play.remarks.push(format!(
            "{row} (orders.csv:{line}) came when the store had been played until {until}: it counts from \
             then on, and not from {time}"
        ));
    }
}

/// The first date of the plan that would have been another one, had the word been heard at its instant: it was
/// asked for, missed or passed over since. None of a word that changes nothing.
pub(super) fn passed<S>(
    play: &Play<S>,
    state: &State,
    word: &plan::Command,
    at: Timestamp,
) -> Option<NaiveDate> {
    let known = state.plan().filter(|_| play.is_past() && state.already(word).is_none())?;
    let (now, calendar) = (play.table.clock.now(), &play.table.house.calendar);
    let decided = |from: NaiveDate| {
        let begun = known.under_way().iter().map(|(nominal, _)| *nominal);
        let dates = begun.chain(known.outcomes().iter().map(|(nominal, _)| *nominal));
        let on = |nominal| Some((nominal, first_from(known.terms_on(nominal), nominal, calendar)?));
        let dates = dates.filter(|nominal| *nominal >= from).filter_map(on);
        let since = dates.filter(|(_, first)| (at..now).contains(&invests_at(first.day)));
        since.map(|(nominal, _)| nominal).min()
    };
    match word {
        plan::Command::Change { from, .. } => decided(*from),
        plan::Command::Pause { .. } | plan::Command::End { .. } => decided(NaiveDate::MIN),
        // Nothing was decided of a plan that is paused: its dates were passed over.
        plan::Command::Resume { .. } if known.paused().is_some() => {
            let going_on = state.after(word)?;
            let next = going_on.plan()?.next_occurrence(at.date().pred_opt()?, calendar).ok()??;
            (calendar.cut_off(next.day) <= now).then_some(next.nominal)
        }
        plan::Command::Resume { .. }
        | plan::Command::Open(_)
        | plan::Command::Finish { .. }
        | plan::Command::Begin { .. }
        | plan::Command::Done { .. }
        | plan::Command::Miss { .. } => None,
    }
}

/// The first date of a plan that is opened late, if nobody can invest on it any more.
pub(super) fn starts_late<S>(play: &Play<S>, terms: &Terms) -> Option<NaiveDate> {
    let calendar = &play.table.house.calendar;
    let first = first_from(terms, terms.start, calendar).filter(|_| play.is_past())?;
    (calendar.cut_off(first.day) <= play.table.clock.now()).then_some(first.nominal)
}

fn first_from(terms: &Terms, date: NaiveDate, calendar: &TradingCalendar) -> Option<Occurrence> {
    plan::next_occurrence(terms, date.pred_opt()?, calendar).ok().flatten()
}
