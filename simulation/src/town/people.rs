//! What operators do in a house: doors, words, and what is not called for.

use super::day_cuts;
use crate::{
    log::Log,
    operators::{Operates, Operation},
    simulate::dice::Dice,
    worlds::{amount, read, text},
};
use fundflow_domain::{
    case::{CaseId, Cases, How},
    decider::Decider as _,
};
use fundflow_kernel::{envelope::Actor, streams::Key};
use fundflow_runtime::{look::Look, message::What, process::Disposition, saga::Saga as _};
use fundflow_sagas::{clearing::Clearing, day_cut::DayCut, income::Income};

/// What one of them has in mind with a saga that stands so.
pub(super) fn acts(look: &Look, log: &Log, dice: &mut Dice) -> Option<(String, What)> {
    if look.id.kind == DayCut::KIND && dice.below(3) == 0 {
        return day_cuts::skips(look);
    }
    if BY_JOBS.contains(&look.id.kind) && dice.below(3) == 0 {
        return does(&Operates::SkipToLanding, look, log);
    }
    let operates = match dice.below(14) {
        0..=3 => Operates::Resume,
        4..=5 => Operates::SkipToLanding,
        6 => Operates::Abandon(Disposition::Refund),
        7 => Operates::Abandon(Disposition::Suspense),
        8 => Operates::Abandon(Disposition::Manual),
        9..=11 => Operates::CloseCase(closing(dice)),
        12 => Operates::Date(log.events().last()?.event.recorded_at),
        _ => Operates::Redirect(read("ACC-8")),
    };
    does(&operates, look, log)
}

/// Kinds with jobs that a person stops where they are.
const BY_JOBS: [&str; 3] = [DayCut::KIND, Income::KIND, Clearing::KIND];

fn does(operates: &Operates, look: &Look, log: &Log) -> Option<(String, What)> {
    let words = operates.name().to_owned();
    let saga = look.id.clone();
    let what = match operates.on(look, &open_cases(look, log))? {
        Operation::Act(action) => What::Act { saga, action, operator: "chen".into() },
        Operation::Command(command) => {
            let actor = Actor::Operator("chen".into());
            What::Command { saga, command, actor, at: None }
        }
    };
    Some((words, what))
}

/// Money that the bank does not pay out waits for another account of the investor.
pub(super) fn names_another_account(look: &Look) -> Option<(String, What)> {
    let (row, _) = look.parked.as_ref()?;
    let is_asked_for = row.contains("account");
    let operates = Operates::Redirect(read("ACC-9"));
    let Operation::Command(command) = operates.on(look, &[]).filter(|_| is_asked_for)? else {
        return None;
    };
    let (saga, actor) = (look.id.clone(), Actor::Operator("chen".into()));
    Some(("another account".to_owned(), What::Command { saga, command, actor, at: None }))
}

fn closing(dice: &mut Dice) -> How {
    match dice.below(4) {
        0 => How::Accepted,
        1 => How::Withdrawn,
        2 => How::PaidByUs { amount: amount("14.78") },
        _ => How::Manual { text: text("settled by letter") },
    }
}

fn open_cases(look: &Look, log: &Log) -> Vec<CaseId> {
    let cases = log.streams().filter(|stream| stream.category() == Cases::CATEGORY);
    let ids = cases.filter_map(|stream| stream.id().parse::<CaseId>().ok());
    let ours = |id: &CaseId| {
        let state = log.loaded(&Key::<Cases>::of(id)).state;
        let of = state.case().and_then(|case| case.transaction.as_ref());
        state.is_open() && of == Some(&look.id.transaction)
    };
    ids.filter(ours).collect()
}
