//! What remains of a settlement: the case on it, and what becomes of the rest when a person closes that.
//!
//! 1. A settlement has one open case at a time, which shows what remains now.
//! 2. Where a person has closed it on what still remains, the rest is booked as settled by hand. Where something else
//!    remains by now, the next case is opened.

use super::saga::Turn;
use crate::parts::cases::{self, About, Record, finding};
use fundflow_domain::{
    case::{self, Case, Closing, Disputed, Figure, Finding, How, Kind, Remark, SourceKind},
    money::{Money, SignedMoney},
    settlement::{Command, Party, Settlement, SettlementId, Settlements},
    spelling::Spelling,
};
use fundflow_kernel::streams::{Key, Need};
use fundflow_runtime::turn::NotDone;
use rust_decimal::Decimal;

/// Cases of one settlement, one after the other.
const CASES_MAX: usize = 100;
/// The name under which a figure says what remains: it is read back when a person has closed the case.
const REMAINS: &str = "remains";

/// The record that names the case; `again`: how many were closed before it.
pub(super) fn record(of: SettlementId, again: usize) -> Record {
    let source = match of.party {
        Party::Channel => SourceKind::ChannelFile,
        Party::Fund(_) => SourceKind::RegistrarFile,
    };
    Record {
        source,
        name: format!("settlement of {}", of.party),
        record: of.to_string(),
        said: Spelling::words(format!("what remains of settlement {of}")),
        again,
        to_the_letter: None,
    }
}

/// Opens, restates or closes the case on what remains, and books what a person took over. `why`: what the statements
/// say, or that there is none; nothing where it is not late yet.
pub(super) fn tell(
    turn: &mut Turn<'_>,
    key: &Key<Settlements>,
    why: Option<&str>,
) -> Result<usize, NotDone> {
    let known = turn.state(key).and_then(|state| state.settlement()).cloned();
    let known = known.ok_or(NotDone::Lacks("a settlement that was instructed"))?;
    let id = known.terms.id();
    let remains = known.remains().ok_or(NotDone::Lacks("a sum within range"))?;
    let (again, last) = last(turn, id).map_err(NotDone::Missing)?;
    match last {
        Some(case::State::Open(_)) if remains.is_zero() => {
            let text = Remark::lossy("the rest of it moved");
            let (by, reason) = (cases::name("clearing"), text.clone());
            let closing = Closing { how: How::Manual { text }, by, reason };
            Ok(turn.decide(&record(id, again).key(), &case::Command::Close(closing))?)
        }
        _ if remains.is_zero() => Ok(0),
        Some(case::State::Open(open)) => {
            let words = open.findings.first().map(|it| it.what.to_string()).unwrap_or_default();
            let finding = found(&known, remains, why.unwrap_or(&words));
            if is_same(&open, &finding) {
                return Ok(0);
            }
            let (at, finding) = (turn.now(), Box::new(finding));
            let key = record(id, again).key();
            Ok(turn.decide(&key, &case::Command::Restate { at, finding })?)
        }
        Some(case::State::Closed(closed, _)) if rest_of(&closed) == Some(remains) => {
            let rest =
                SignedMoney::new(remains).map_err(|_| NotDone::Lacks("a sum within range"))?;
            Ok(turn.decide(key, &Command::WriteOff { case: closed.id, rest })?)
        }
        Some(case::State::Closed(..) | case::State::Absent) | None => {
            let Some(why) = why else { return Ok(0) };
            let fund = match id.party {
                Party::Channel => None,
                Party::Fund(fund) => Some(fund),
            };
            let again = if last_is_closed(turn, id, again) { again + 1 } else { again };
            let about = About { fund, ..About::default() };
            cases::open(turn, &record(id, again), about, vec![found(&known, remains, why)])
        }
    }
}

/// The last case of it that there is; or what must be read to tell.
fn last(turn: &Turn<'_>, of: SettlementId) -> Result<(usize, Option<case::State>), Vec<Need>> {
    let mut last = (0, None);
    for again in 0..CASES_MAX {
        let record = record(of, again);
        let missing = turn.streams().missing(record.needs());
        if !missing.is_empty() {
            return Err(missing);
        }
        match turn.state(&record.key()).filter(|state| state.case().is_some()) {
            None => break,
            Some(state) => last = (again, Some(state.clone())),
        }
    }
    Ok(last)
}

fn last_is_closed(turn: &Turn<'_>, of: SettlementId, again: usize) -> bool {
    let state = turn.state(&record(of, again).key());
    state.is_some_and(|state| matches!(state, case::State::Closed(..)))
}

fn found(known: &Settlement, remains: Decimal, why: &str) -> Finding {
    let due = known.terms.net().unwrap_or_default();
    let moved = known.moved().unwrap_or_default();
    let what = format!("{due} yuan are due, {moved} moved, {remains} remain");
    let ours = vec![Figure::new("due", due), Figure::new(REMAINS, remains)];
    let theirs = vec![Figure::new("moved", moved), Figure::new("said", why)];
    let money = Money::new(remains.abs()).unwrap_or_default();
    let disputed = Disputed { money, ..Disputed::default() };
    Finding { disputed, ..finding(Kind::SettlementDiffers, &what, ours, theirs) }
}

/// What a case says remained.
fn rest_of(case: &Case) -> Option<Decimal> {
    let mut ours = case.findings.iter().flat_map(|finding| &finding.ours);
    let figure = ours.find(|figure| &*figure.name == REMAINS)?;
    figure.value.parse().ok()
}

fn is_same(open: &Case, finding: &Finding) -> bool {
    let figures = |it: &Finding| (it.ours.clone(), it.theirs.clone());
    open.findings.iter().any(|known| figures(known) == figures(finding))
}
