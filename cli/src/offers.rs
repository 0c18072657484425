//! What a person may type next about a saga or a case: only what the rules would take.
//!
//! 1. Each line is decided on a copy of the saga before it is offered, at the instant at which the log
//!    ends. What would be refused, or change nothing, is not offered.
//! 2. `resume` is not offered where the saga would park again: at once and without asking anybody, or
//!    because a case keeps it, on which its counterparty would only repeat itself.
//! 3. What a line needs and nobody can know (an account, a reason) stands there in capitals.

use crate::{
    reading::{Failure, typed},
    registry::{Sagas, Word},
};
use fundflow::{
    Action,
    runtime::{look::Look, process::Disposition, saga::OpenEnd},
};
use fundflow_application::{
    desk::{self, Deed, Outcome, Shown},
    read_models::CaseRow,
};
use fundflow_domain::{
    case::{Around, CaseId, Closing, How, Kind},
    ids::AccountRef,
    money::Amount,
    plan::Changes,
    text::Text,
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::envelope::Recorded;
use fundflow_sagas::{parts::milestone::Scope, regular_plan::Command as PlanWord};
use std::sync::Arc;

/// Where it is looked.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a SqliteStore,
    pub(crate) sagas: &'a Sagas,
    /// The end of the log.
    pub(crate) now: Timestamp,
}

/// Whether what that saga booked hangs on the case, before its end or after it: then the saga closes it.
pub(crate) fn keeps(shown: &Shown, case: CaseId) -> bool {
    waits_for(&shown.events, case)
}

/// Whether it is that saga which closes the case in that way. Whether it waits for the case or not, money of
/// ours goes out by way of it, a person has the shares that it says are missing, and it knows whether the record
/// of an amount that is not in dispute stands, what its closing does to the money, and what is contested.
pub(crate) fn closes(shown: &Shown, (case, kind): (CaseId, Option<&str>), how: &How) -> bool {
    let of_shares = kind == Some(Kind::SharesMissing.as_str());
    let of_amount = kind == Some(Kind::AmountDiffers.as_str());
    let judges = of_amount && matches!(how, How::Withdrawn | How::Accepted);
    let contested = "application.rejection_contested";
    let contests = kind == Some(Kind::AfterTheEnd.as_str())
        || kind == Some(Kind::RejectedAfterConfirmed.as_str());
    let contests =
        contests && shown.events.iter().any(|event| &*event.event.event_type == contested);
    is_paid(how) || judges || contests || of_shares || keeps(shown, case)
}

/// Why a case of that kind that nothing hangs on is not closed in that way.
pub(crate) fn refuses(kind: &str, how: &How) -> Option<&'static str> {
    let kind = Kind::ALL.iter().find(|known| known.as_str() == kind)?;
    kind.refuses(how, Around::default())
}

pub(crate) const fn is_paid(how: &How) -> bool {
    matches!(how, How::PaidByUs { .. })
}

/// Whether these events of a saga say that it waits for the case.
pub(crate) fn waits_for(events: &[Recorded], case: CaseId) -> bool {
    let name = case.to_string();
    let named = |end: &str| {
        let mut events = events.iter().map(|event| &event.event);
        events.any(|event| event.event_type.ends_with(end) && event.data.contains(&name))
    };
    named(".disputed") && !named(".undisputed")
}

impl Desk<'_> {
    /// What may be done to that saga, and to the open cases about it.
    pub(crate) async fn of_saga(
        &self,
        shown: &Shown,
        cases: &[CaseRow],
    ) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        let held_up = |row: &CaseRow| row.case.parse().is_ok_and(|case| keeps(shown, case));
        if !cases.iter().any(held_up) && self.helps_to_resume(shown).await? {
            let id = shown.look.id.transaction.as_str();
            lines.push(typed("fundflow saga resume", id, " --reason TEXT"));
        }
        for (line, deed) in self.deeds(shown) {
            if self.takes(shown, &deed).await? {
                lines.push(line);
            }
        }
        for case in cases.iter().filter(|case| case.open) {
            lines.extend(self.of_case(case, Some(shown)).await?.into_iter().next());
        }
        Ok(lines)
    }

    /// How that case may be closed.
    pub(crate) async fn of_case(
        &self,
        row: &CaseRow,
        saga: Option<&Shown>,
    ) -> Result<Vec<String>, Failure> {
        let Ok(case) = row.case.parse::<CaseId>() else { return Ok(Vec::new()) };
        let mut lines = Vec::new();
        for (how, words) in ways() {
            let taken = match saga.filter(|shown| closes(shown, (case, Some(&row.kind)), &how)) {
                None => !is_paid(&how) && refuses(&row.kind, &how).is_none(),
                Some(shown) => {
                    let (by, reason) = (Text::lossy("look"), Text::lossy("look"));
                    let closing = Box::new(Closing { how, by, reason });
                    let word = Word::CloseCase { case, closing };
                    let deed = self.spoken(shown, word);
                    match deed {
                        Some(deed) => self.takes(shown, &deed).await?,
                        None => false,
                    }
                }
            };
            if taken {
                lines.push(format!("fundflow case close {case} {words} --reason TEXT"));
            }
        }
        Ok(lines)
    }

    /// What may be asked of sagas, `resume` aside, and how it is typed.
    fn deeds(&self, shown: &Shown) -> Vec<(String, Deed)> {
        let look = &shown.look;
        let (id, reason) = (look.id.transaction.as_str(), || Arc::<str>::from("look"));
        let mut deeds = Vec::new();
        let mut act = |line: String, action: Action| deeds.push((line, Deed::Act(action)));
        if look.can_skip {
            let line = typed("fundflow saga skip-to-landing", id, " --reason TEXT");
            act(line, Action::SkipToLanding { reason: reason() });
        }
        for (line, action) in giving_up(look) {
            act(line, action);
        }
        let mut ask = |line: String, word: Word| {
            deeds.extend(self.spoken(shown, word).map(|deed| (line, deed)));
        };
        let at = self.now;
        for (scope, words) in [(Scope::All, ""), (Scope::Conversion, " --scope conversion")] {
            let line = typed("fundflow saga cancel", id, &format!("{words} --at {at}"));
            ask(line, Word::Cancel { at, scope });
        }
        let amount = Amount::new(rust_decimal::Decimal::ONE).ok();
        let changes = Changes { amount, ..Changes::default() };
        let said = [
            (
                ("change", format!(" --amount YUAN --at {at}")),
                PlanWord::Change { at, changes, from: at.date() },
            ),
            (
                ("pause", format!(" --at {at} --reason TEXT")),
                PlanWord::Pause { at, reason: reason() },
            ),
            (("resume", format!(" --at {at}")), PlanWord::Resume { at }),
            (("end", " --reason TEXT".to_owned()), PlanWord::End { reason: reason() }),
        ];
        for ((word, options), said) in said {
            ask(typed(&format!("fundflow plan {word}"), id, &options), Word::Plan(said));
        }
        let line = typed("fundflow saga date", id, " --at INSTANT --reason TEXT");
        ask(line, Word::Date { at, reason: reason() });
        let options = " --account ACCOUNT --own-name --reason TEXT";
        let line = typed("fundflow saga redirect", id, options);
        if let Ok(account) = AccountRef::new("another-account") {
            ask(line, Word::Redirect { account, own_name: true, reason: reason() });
        }
        deeds
    }

    fn spoken(&self, shown: &Shown, word: Word) -> Option<Deed> {
        let command = self.sagas.spoken(shown.look.id.kind, word).ok()?;
        Some(Deed::Command { command, at: Some(self.now) })
    }

    /// Whether it would be taken, and would change anything.
    async fn takes(&self, shown: &Shown, deed: &Deed) -> Result<bool, Failure> {
        let seen = self.preview(shown, deed).await?;
        Ok(seen.outcome == Outcome::Planned && !seen.foreseen.events.is_empty())
    }

    async fn helps_to_resume(&self, shown: &Shown) -> Result<bool, Failure> {
        if shown.look.parked.is_none() {
            return Ok(false);
        }
        let deed = Deed::Act(Action::Resume { reason: "look".into() });
        let seen = self.preview(shown, &deed).await?;
        let kind = self.sagas.desk.known(shown.look.id.kind)?;
        let parked = kind.names().parked;
        let again = seen.foreseen.events.iter().any(|event| event.event_type == parked);
        let idle = seen.foreseen.calls.is_empty();
        Ok(seen.outcome == Outcome::Planned && !(again && idle))
    }

    async fn preview(&self, shown: &Shown, deed: &Deed) -> Result<desk::Preview, Failure> {
        let id = &shown.look.id;
        let (who, operator) = ((Some(id.kind), &id.transaction), "look".into());
        let will = (deed, &operator);
        Ok(desk::preview(self.store, &self.sagas.desk, who, None, will, self.now).await?)
    }
}

/// Giving up what is parked, before the end or after it, or taking back what was given up and waits for
/// its registrar's word. What the engine was to go on with, and is stuck at, a person may take over.
fn giving_up(look: &Look) -> Vec<(String, Action)> {
    let abandoned = look.ending.is_some_and(|it| it.ends_with(".abandoned"));
    let waits = abandoned && !look.finished && !look.open_ends.is_empty();
    let ours = |end: &&OpenEnd| !look.given_up.contains(&end.name);
    let owed = look.open_ends.iter().any(|end| ours(&end));
    let line = |to: Disposition, word: &str, all: bool| {
        let ends = look.open_ends.iter().filter(|end| all || ours(end)).map(|end| &end.name);
        let dispositions: Vec<_> = ends.map(|end| (end.clone(), to)).collect();
        let flags = dispositions.iter().map(|(end, _)| format!(" --disposition {end}={word}"));
        let options = format!("{} --reason TEXT", flags.collect::<String>());
        let line = typed("fundflow saga abandon", look.id.transaction.as_str(), &options);
        (line, Action::Abandon { reason: "look".into(), dispositions })
    };
    let any = || line(Disposition::Manual, "refund|suspense|manual", false);
    let otherwise = || {
        let refund = line(Disposition::Refund, "refund", true);
        let manual = look.parked.as_ref().map(|_| line(Disposition::Manual, "manual", true));
        std::iter::once(refund).chain(manual).collect()
    };
    match (look.ending, &look.parked) {
        (None, Some(_)) => vec![any()],
        (Some(_), Some(_)) if owed => vec![any()],
        (Some(_), _) if waits => otherwise(),
        (None | Some(_), _) => Vec::new(),
    }
}

/// Every way in which a case can be closed, and how it is typed.
fn ways() -> Vec<(How, &'static str)> {
    let amount = Amount::new(rust_decimal::Decimal::new(1, 2)).ok();
    let paid = amount.map(|amount| (How::PaidByUs { amount }, "--how paid-by-us --amount YUAN"));
    let manual = How::Manual { text: Text::lossy("look") };
    std::iter::once((How::Accepted, "--how accepted"))
        .chain(paid)
        .chain([(How::Withdrawn, "--how withdrawn"), (manual, "--how manual --text TEXT")])
        .collect()
}
