//! Records of a registrar's files that nobody takes: a case each, and a line of the report while it is open.
//!
//! 1. A file that is read for the first time tells all of them; one that is read again only those whose case
//!    is not there, because a program before this one opened none.

use super::{Trouble, play::Play, sets::InDigits};
use fundflow::Notice;
use fundflow_domain::{case::State, ids::ApplicationNo};
use fundflow_infrastructure::day_batch::Puzzle;
use fundflow_kernel::store::{Checkpoints, EventStore};
use fundflow_sagas::ports::stray::Stray;
use std::cell::OnceCell;

/// Opens their cases, and names those that are open. Returns whether there is one.
pub(super) async fn hear<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    registrar: &str,
    puzzles: Vec<Puzzle>,
    is_new: bool,
) -> Result<bool, Trouble> {
    let undelivered =
        puzzles.iter().filter(|it| is_new || matches!(state(play, it), State::Absent));
    let by_digits = (registrar.to_owned(), OnceCell::new());
    let notice = |puzzle: &Puzzle| {
        let (stream, news) = owned(play, puzzle, &by_digits).notice();
        Notice { stream, news }
    };
    let undelivered: Vec<_> = undelivered.map(notice).collect();
    play.deliver(undelivered).await?;
    play.settle().await?;
    let open = puzzles.iter().filter(|it| !matches!(state(play, it), State::Closed(..)));
    let lines: Vec<_> =
        open.map(|puzzle| format!("{puzzle}; case {}", puzzle.stray.case())).collect();
    let any = !lines.is_empty();
    play.remarks.extend(lines);
    Ok(any)
}

/// The record, with the transaction that has its number.
fn owned<S>(play: &Play<S>, puzzle: &Puzzle, by_digits: &InDigits) -> Stray {
    let placed = |no: &ApplicationNo| {
        let own = play.books.placed_under(no.as_str());
        own.or_else(|| play.books.placed_under(play.numbered(no.as_str(), by_digits)?.as_str()))
    };
    let placed = puzzle.stray.no.as_ref().and_then(placed);
    let no = placed.as_ref().map(|it| it.application.terms.no.clone());
    let of = placed.map(|it| (it.transaction, it.application.terms.order));
    let no = no.or_else(|| puzzle.stray.no.clone());
    Stray { of, no, ..puzzle.stray.clone() }
}

fn state<S>(play: &Play<S>, puzzle: &Puzzle) -> State {
    let entry = play.books.cases.get(&puzzle.stray.case().to_string());
    entry.map(|entry| entry.loaded.state.clone()).unwrap_or_default()
}
