//! What a saga or an order of it says is in another stream, and is not there.
//!
//! A record in dispute is stored last: after its case, and after the milestone that names that.

use super::fund_saga::FundSaga;
use fundflow_domain::{
    application::{Application, Stage},
    case::{CaseId, Cases, State},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::saga::View;

/// Each in words; none in a log that is whole.
pub fn not_there<S: FundSaga>(view: &View<'_, S>) -> Vec<String> {
    let notes = &view.open.notes;
    let known: Vec<CaseId> = notes.disputes.iter().chain(&notes.settled).copied().collect();
    let is_absent = |case: &&CaseId| {
        let state = view.streams.state(&Key::<Cases>::of(*case));
        state.is_some_and(|state| matches!(state, State::Absent))
    };
    let unopened = known.iter().filter(is_absent);
    let unopened = unopened.map(|case| format!("it names case {case}, which nobody has opened"));
    let legs = S::legs(view.plan).into_iter();
    let orders = legs.filter_map(|leg| Some((&leg.order, leg.application(view)?)));
    let contested = orders.flat_map(|(order, known)| contested(known).map(move |it| (order, it)));
    let undisputed = contested.filter(|(_, case)| !known.contains(case));
    let undisputed = undisputed.map(|(order, case)| {
        format!("a record of {order} was contested, and it does not name its case {case}")
    });
    unopened.chain(undisputed).collect()
}

/// The cases of what was said otherwise, and is not settled or holds since.
fn contested(known: &Application) -> impl Iterator<Item = CaseId> {
    // What replaced an upheld record holds in its place, and was never contested itself.
    let replaced = known.withdrawn().next().is_some();
    let upheld =
        known.confirmations().filter(move |record| !replaced && known.is_upheld(&record.serial));
    let records = known.contested().chain(upheld).map(|record| known.case_of(record));
    // The saga waits for no case on what was rejected with other interest.
    let contested =
        known.contested_rejection().filter(|_| !matches!(known.stage, Stage::Rejected(_)));
    records.chain(contested.map(|said| known.case_of_rejection(said)))
}
