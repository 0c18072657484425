//! What may happen to an order while its registrar contradicts itself, people close cases in every way and
//! give up, and the process dies: for any saga.

use fundflow_application::audit::Report;
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How},
    decider::Decider,
    text::Text,
};
use fundflow_kernel::envelope::Recorded;
use fundflow_runtime::{look::Look, message::Action, process::Disposition};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::{collections::BTreeSet, sync::Arc};

#[derive(Debug, Clone)]
pub(crate) enum Doubt {
    /// Everybody answers, and so many hours pass.
    Hours(u8),
    /// Nobody answers from now on, or everybody does.
    Silence(bool),
    /// The registrar confirms it unasked: whole or a part, under that serial, the last of its records or
    /// not.
    Confirms(bool, u8, bool),
    Rejects,
    /// The bank debits the account once more, where it debits it at all.
    Debits,
    /// The case that was opened as the `nth` is closed in that way.
    Closes(usize, u8),
    Abandons(Disposition),
    Cancels,
    Resumes,
    Skips,
    /// Calls that are under way then arrive, or do not.
    Dies(bool),
    /// After so many appends.
    DiesLater(usize),
}

pub(crate) fn doubts() -> impl Strategy<Value = Vec<Doubt>> {
    use Disposition::{Manual, Refund, Suspense};
    let what = || prop::sample::select(vec![Refund, Manual, Suspense]);
    let doubt = prop_oneof![
        5 => prop::sample::select(vec![0_u8, 1, 6, 24]).prop_map(Doubt::Hours),
        1 => any::<bool>().prop_map(Doubt::Silence),
        5 => (any::<bool>(), 0..3_u8, prop::bool::weighted(0.8))
            .prop_map(|(whole, serial, last)| Doubt::Confirms(whole, serial, last)),
        1 => Just(Doubt::Rejects),
        1 => Just(Doubt::Debits),
        4 => (0..4_usize, 0..4_u8).prop_map(|(nth, how)| Doubt::Closes(nth, how)),
        2 => what().prop_map(Doubt::Abandons),
        1 => Just(Doubt::Cancels),
        1 => Just(Doubt::Resumes),
        1 => Just(Doubt::Skips),
        1 => any::<bool>().prop_map(Doubt::Dies),
        1 => (0..6_usize).prop_map(Doubt::DiesLater),
    ];
    prop::collection::vec(doubt, 0..20)
}

/// A saga among its counterparties.
pub(crate) trait Doubted {
    fn hours(&mut self, hours: i64);
    fn silence(&mut self, silent: bool);
    fn confirms(&mut self, whole: bool, serial: u8, last: bool);
    fn rejects(&mut self);
    fn debits(&mut self) {}
    fn closes(&mut self, case: CaseId, closing: Box<Closing>);
    fn cancels(&mut self);
    fn acts(&mut self, action: Action);
    fn dies(&mut self, calls_arrive: bool);
    fn fuse(&mut self, appends: Option<usize>);
    fn seen(&self) -> Look;
    fn log(&self) -> &[Recorded];
    fn audit(&self) -> Report;
    /// The numbers under which the bank has moved money, or how they end.
    fn moved(&self) -> Vec<String>;
    fn transcript(&self) -> String;
}

/// Nobody disposes twice of money that a bank moves: that would say that the bank was asked.
fn abandon(stage: &mut impl Doubted, what: Disposition) {
    let look = stage.seen();
    let moved = |name: &str| {
        let named = ["payout", "payment", "interest", "compensation", "repayment"].contains(&name);
        named || name.starts_with("refund")
    };
    let taken_over = |name: &Arc<str>| moved(name) && look.given_up.contains(name);
    let ends = look.open_ends.iter().filter(|end| !taken_over(&end.name));
    let dispositions = ends.map(|end| (end.name.clone(), what)).collect();
    stage.acts(Action::Abandon { reason: "a test".into(), dispositions });
}

fn resume(stage: &mut impl Doubted) {
    stage.acts(Action::Resume { reason: "a person looked".into() });
}

/// In the order in which they were opened.
fn cases(log: &[Recorded]) -> Vec<CaseId> {
    let opened = log.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

fn close(stage: &mut impl Doubted, nth: usize, how: u8) {
    let Some(case) = cases(stage.log()).get(nth).copied() else { return };
    let how = match how {
        0 => How::Accepted,
        1 => How::Withdrawn,
        2 => How::PaidByUs { amount: "1".parse().unwrap() },
        _ => How::Manual { text: Text::lossy("settled by telephone") },
    };
    // What was overturned is not closed with the same words again.
    let reason = Text::lossy(format!("after {} events", stage.log().len()));
    let by = Text::lossy("chen");
    stage.closes(case, Box::new(Closing { how, by, reason }));
}

pub(crate) fn play(stage: &mut impl Doubted, doubts: &[Doubt]) {
    for doubt in doubts {
        match doubt {
            Doubt::Hours(hours) => stage.hours((*hours).into()),
            Doubt::Silence(silent) => stage.silence(*silent),
            Doubt::Confirms(whole, serial, last) => stage.confirms(*whole, *serial, *last),
            Doubt::Rejects => stage.rejects(),
            Doubt::Debits => stage.debits(),
            Doubt::Closes(nth, how) => close(stage, *nth, *how),
            Doubt::Abandons(what) => abandon(stage, *what),
            Doubt::Cancels => stage.cancels(),
            Doubt::Resumes => resume(stage),
            Doubt::Skips => stage.acts(Action::SkipToLanding { reason: "a test".into() }),
            Doubt::Dies(calls_arrive) => stage.dies(*calls_arrive),
            Doubt::DiesLater(appends) => stage.fuse(Some(*appends)),
        }
        // A turn that a death cut in two is on the books in part.
        if !doubts.iter().any(|it| matches!(it, Doubt::DiesLater(_))) {
            let (report, text) = (stage.audit(), stage.transcript());
            crate::audited::adds_up(&report, || format!("after {doubt:?}\n{text}"));
            keeps_no_closed_case(stage, doubt);
        }
    }
    stage.fuse(None);
    stage.silence(false);
}

/// Nobody waits for a person because of a case that is closed.
fn keeps_no_closed_case(stage: &impl Doubted, doubt: &Doubt) {
    let parked = stage.seen().parked;
    let Some((row, cause)) = parked.filter(|(_, cause)| &*cause.code == "does_not_add_up") else {
        return;
    };
    let open = open_case(stage.log());
    assert!(open.is_some(), "after {doubt:?}: {row} {cause}\n{}", stage.transcript());
}

/// Days pass, people close every case and let go on what is parked; what still waits is given up, and at
/// last nothing more will come of it. Then it is over, and every end that is open was named with its worth.
pub(crate) fn bring_to_its_end(stage: &mut impl Doubted) {
    use Disposition::{Manual, Refund};
    for what in [None, None, Some(Manual), Some(Refund), Some(Manual), Some(Refund), Some(Manual)] {
        stage.hours(24 * 3);
        if stage.seen().finished && open_case(stage.log()).is_none() {
            break;
        }
        if let Some(what) = what.filter(|_| !stage.seen().finished) {
            abandon(stage, what);
            stage.hours(24);
        }
        for nth in 0..cases(stage.log()).len() {
            close(stage, nth, 0);
            // A death in the middle of closing: what was announced is paid.
            close(stage, nth, 2);
            stage.hours(1);
        }
        if stage.seen().parked.is_some() {
            resume(stage);
        }
    }
    for nth in 0..cases(stage.log()).len() {
        close(stage, nth, 0);
        close(stage, nth, 2);
        // A case of missing shares is closed in no other way.
        close(stage, nth, 3);
    }
    stage.hours(24 * 3);
    let look = stage.seen();
    let text = stage.transcript();
    assert!(look.finished, "it is stuck: {:?} {:?}\n{text}", look.waits, look.open_ends);
    let named = crate::by_hand::named(stage.log());
    for end in &look.open_ends {
        assert_eq!(named.get(&*end.name), Some(&end.worth), "{end:?} {named:?}\n{text}");
    }
    assert_eq!(open_case(stage.log()), None, "a case cannot be closed\n{text}");
    let report = stage.audit();
    crate::audited::adds_up(&report, || text.clone());
    crate::audited::nothing_is_in_suspense(&report, || text.clone());
    let ours = Decimal::from(paid_by_us(stage.log(), "payout.requested").len());
    assert!(closed_as_paid_by_us(stage.log()).is_subset(&all(stage.log(), "payout.requested")));
    let paid = compensated(stage.log());
    assert_eq!(paid + by_hand(&look, "compensation"), ours, "{:?}\n{text}", look.open_ends);
    for no in &stage.moved() {
        assert!(is_known(stage.log(), no), "nobody knows that {no} has moved\n{text}");
    }
}

/// Whether the log says that the bank has moved money under a number that ends so.
pub(crate) fn is_known(log: &[Recorded], no: &str) -> bool {
    let says = ["payment.paid", "payment.receipt_unapplied", "payment.refunded", "payout.paid_out"];
    let said = log.iter().filter(|it| says.contains(&&*it.event.event_type));
    // An advance has its number in the name of its stream. One that was declined before is contested by it.
    let says_so = ["advance.advanced", "advance.contested"];
    let advanced = log.iter().filter(|it| says_so.contains(&&*it.event.event_type));
    said.map(|it| &it.event.data).any(|data| data.contains(&format!("{no}\"")))
        || advanced.map(|it| it.stream.id()).any(|it| it.ends_with(no))
}

/// Which cases' own payouts say that, as often as they do.
fn paid_by_us(log: &[Recorded], what: &str) -> Vec<String> {
    let said = log.iter().filter(|it| &*it.event.event_type == what);
    let of_cases = said.filter_map(|it| it.stream.id().strip_prefix("case-"));
    of_cases.map(|id| id.trim_end_matches(".out").to_owned()).collect()
}

fn all(log: &[Recorded], what: &str) -> BTreeSet<String> {
    paid_by_us(log, what).into_iter().collect()
}

fn closed_as_paid_by_us(log: &[Recorded]) -> BTreeSet<String> {
    let closed = log.iter().filter(|it| &*it.event.event_type == "case.closed");
    let ours = closed.filter(|it| it.event.data.contains("paid_by_us"));
    ours.map(|it| it.stream.id().to_owned()).collect()
}

/// What we bore, by closing cases so: one yuan each.
pub(crate) fn compensated(log: &[Recorded]) -> Decimal {
    Decimal::from(paid_by_us(log, "payout.paid_out").len())
}

fn open_case(log: &[Recorded]) -> Option<CaseId> {
    let is_open = |case: &CaseId| {
        let name = case.to_string();
        let turns = ["case.opened", "case.closed", "case.reopened"];
        let mut of = log.iter().rev().filter(|it| {
            let of_case = it.stream.category() == Cases::CATEGORY && it.stream.id() == name;
            of_case && turns.contains(&&*it.event.event_type)
        });
        of.next().is_some_and(|it| &*it.event.event_type != "case.closed")
    };
    cases(log).into_iter().find(is_open)
}

/// What a person has of that name at the end.
pub(crate) fn by_hand(look: &Look, name: &str) -> Decimal {
    let mut open = look.open_ends.iter();
    if let Some(end) = open.find(|end| *end.name == *name) {
        return end.worth;
    }
    // Shares that a person made up for are open no more, and were never booked.
    let mut named = look.given_up.iter().zip(&look.given_up_as);
    let made_up = named.find(|(end, _)| ***end == *name && *name == *"missing");
    made_up.map_or(Decimal::ZERO, |(_, worth)| *worth)
}
