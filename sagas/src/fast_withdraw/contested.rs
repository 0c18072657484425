//! Cash that the bank says it paid although it had declined: it is out, as far as anybody knows.
//!
//! ```text
//! advance.contested -> counts on its day -> in dispute -> its case -> as many shares are held
//! ```
//!
//! 1. The bank's word is stored first, and the rest follows from it: whoever dies in the middle does it without
//!    hearing the bank again.

use super::{
    day,
    plan::others_of,
    saga::{FastWithdraw, Turn, View},
};
use crate::{
    parts::milestone::Milestone,
    ports::advance::{AdvanceAnswer, AdvanceSaid},
};
use fundflow_domain::{
    advance::{Advances, Command, Contested, Transfer},
    case::{CaseId, Cases, State},
    decider::Decider as _,
    fast_quota::{Entry, FastQuota, QuotaKey},
    money::Amount,
};
use fundflow_kernel::{envelope::Actor, streams::Key};
use fundflow_runtime::{saga::Heard, turn::NotDone};

type Done = Result<usize, NotDone>;

enum Step {
    /// The promise does not name its day.
    Name(QuotaKey),
    /// It does not count on its day.
    Count(QuotaKey, Amount),
    /// The saga does not know that it is in dispute.
    Dispute(CaseId),
    /// Its case is not there.
    Open(Transfer),
}

/// Whether anything is left that follows from such a word.
pub(super) fn is_cut_off(view: &View<'_>) -> bool {
    next(view).is_some()
}

fn next(view: &View<'_>) -> Option<Step> {
    let advance = view.plan.advance.advance(view)?;
    advance.contested.iter().find_map(|said| step(view, said))
}

fn step(view: &View<'_>, Contested { transfer, heard_at }: &Contested) -> Option<Step> {
    let key = day::key_of(view, transfer, *heard_at);
    if let Some(amount) = Amount::checked(transfer.amount.decimal()) {
        if !day::is_named(view, &key) {
            return Some(Step::Name(key));
        }
        let entry = view.state(&Key::<FastQuota>::of(&key)).and_then(|quota| quota.entry(view.id));
        if !matches!(entry, Some(Entry::Paid { .. })) {
            return Some(Step::Count(key, amount));
        }
    }
    let (case, notes) = (view.plan.advance.record(&said(transfer))?.case(), &view.open.notes);
    if notes.settled.contains(&case) {
        return None;
    }
    if !notes.disputes.contains(&case) {
        return Some(Step::Dispute(case));
    }
    let absent = matches!(view.streams.state(&Key::<Cases>::of(&case)), Some(State::Absent));
    absent.then(|| Step::Open(transfer.clone()))
}

fn said(transfer: &Transfer) -> AdvanceSaid {
    AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer.clone()))
}

impl FastWithdraw {
    /// The bank declined, as was said, and now it says that it paid.
    pub(super) fn paid_after_decline(&self, turn: &mut Turn<'_>, word: &AdvanceSaid) -> Done {
        let AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer)) = word else { return Ok(0) };
        let (plan, view) = (turn.plan(), turn.view()?);
        let declined = plan.advance.advance(&view).filter(|_| plan.advance.is_declined(&view));
        let (Some(advance), Some(record)) = (declined, plan.advance.record(word)) else {
            return Ok(0);
        };
        let (case, notes) = (record.case(), &view.open.notes);
        let known = advance.contested.iter().any(|it| it.transfer == *transfer);
        if known || notes.disputes.contains(&case) || notes.settled.contains(&case) {
            return Ok(0);
        }
        let key = day::key_of(&view, transfer, turn.now());
        let others = others_of(self, &view.open.request, (&key, day::promise(&view).by_code));
        let needs = record.needs().into_iter().chain(others.iter().map(|other| other.key.need()));
        let needs = needs.chain([Key::<FastQuota>::of(&key).need()]);
        let missing = turn.streams().missing(needs);
        if !missing.is_empty() {
            return Err(NotDone::Missing(missing));
        }
        let now = turn.now();
        turn.speaks(Actor::Counterparty("advancing bank".into()), "advance", now);
        let said = Contested { transfer: transfer.clone(), heard_at: now };
        let mut events = turn.decide(&plan.advance.key, &Command::Contest(said))?;
        while is_cut_off(&turn.view()?) {
            let followed = self.follow_contested(turn)?;
            if followed == 0 {
                break;
            }
            events += followed;
        }
        Ok(events)
    }

    /// Does the next of what follows from such a word.
    pub(super) fn follow_contested(&self, turn: &mut Turn<'_>) -> Done {
        match next(&turn.view()?) {
            None => Ok(0),
            Some(Step::Name(key)) => day::name(turn, key),
            Some(Step::Count(key, amount)) => {
                self.count_paid(turn, &Key::of(&key), (key.day, amount))
            }
            Some(Step::Dispute(case)) => turn.reach(Milestone::Disputed { case }),
            Some(Step::Open(transfer)) => {
                let (plan, word) = (turn.plan(), said(&transfer));
                let state = turn.state(&plan.advance.key).ok_or(NotDone::Lacks("the advance"))?;
                let refusal = Advances::decide(state, &Command::RecordAdvanced(transfer)).err();
                let refusal = refusal.ok_or(NotDone::Lacks("what it contradicts"))?;
                match plan.advance.contradiction(turn, &word, &refusal)? {
                    Heard::Contradicts(_, events) => Ok(events),
                    _ => Err(NotDone::Lacks("what it contradicts")),
                }
            }
        }
    }
}
