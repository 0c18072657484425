//! Commands that people give: to cases, and to regular plans.

use crate::worlds::{amount, cause, date, instant, money, read, shares, text, transaction};
use chrono::NaiveDate;
use fundflow_domain::{
    case::{
        self, Assignment, CaseId, Closing, Disputed, Finding, How, Kind, Note, Proposal, Reopening,
        Report, Severity, Side, Source, SourceKind,
    },
    plan::{self, Changes, DayOfMonth, Frequency, MissingDay, MoveRule, Terms},
    text::Text,
    time::Timestamp,
};
use proptest::{prelude::*, sample::select};
use std::num::{NonZeroU8, NonZeroU32};

fn instants() -> impl Strategy<Value = Timestamp> {
    let times =
        vec!["2026-02-24T17:00:00+08:00", "2026-02-24T18:00:00+08:00", "2026-02-25T09:00:00+08:00"];
    select(times).prop_map(instant)
}

/// Commands to the case on one record.
pub fn case_commands() -> impl Strategy<Value = case::Command> {
    use case::Command as C;
    let kinds = select(vec![Kind::ZeroShares, Kind::FeeDiffersFromPromise]);
    let opened = (instants(), kinds).prop_map(|(at, kind)| C::Open(Box::new(report(at, kind))));
    let restated = (instants(), select(vec!["0.00", "1.00"])).prop_map(|(at, yuan)| {
        let finding = report(at, Kind::FeeDiffersFromPromise).findings.remove(0);
        let disputed = Disputed { money: money(yuan), ..finding.disputed };
        C::Restate { at, finding: Box::new(Finding { disputed, ..finding }) }
    });
    let ways = select(vec![
        How::Accepted,
        How::Withdrawn,
        How::Corrected { by_record: CaseId::of(b"a corrected record") },
        How::PaidByUs { amount: amount("14.78") },
    ]);
    let reasons = || select(vec!["a letter", "a telephone call"]);
    prop_oneof![
        3 => opened,
        1 => restated,
        1 => Just(C::Assign(Assignment { owner: text("chen"), by: None, reason: None })),
        1 => select(vec!["wait", "ask"]).prop_map(|act| C::Propose(Box::new(proposal(act)))),
        1 => reasons().prop_map(|line| C::Note(Note { by: text("chen"), text: text(line) })),
        2 => (ways, reasons()).prop_map(|(how, reason)| {
            C::Close(Closing { how, by: text("chen"), reason: text(reason) })
        }),
        1 => reasons().prop_map(|reason| {
            C::Reopen(Reopening { by: text("li"), reason: text(reason) })
        }),
    ]
}

fn report(at: Timestamp, kind: Kind) -> Report {
    let finding = Finding {
        kind,
        what: text("it does not add up"),
        ours: vec![],
        theirs: vec![],
        disputed: Disputed { shares: shares("1.00"), money: money("0.00") },
    };
    let source =
        Source { kind: SourceKind::RegistrarFile, name: text("a file"), record: text("3") };
    Report {
        id: CaseId::of(b"a record"),
        at,
        source,
        transaction: None,
        order: None,
        fund: None,
        findings: vec![finding],
        evidence: Text::lossy("a record"),
    }
}

fn proposal(act: &str) -> Proposal {
    Proposal {
        day: date("2026-02-13"),
        source: text("confirmations"),
        key: text("a record"),
        side: Side::Theirs,
        severity: Severity::Low,
        due: date("2026-02-25"),
        act: text(act),
        ours: Text::lossy(""),
    }
}

fn nominals() -> impl Strategy<Value = NaiveDate> {
    let days = vec!["2026-01-31", "2026-02-28", "2026-03-31", "2026-03-30"];
    select(days).prop_map(date)
}

/// Commands to a plan of the 31st of every month, until the end of 2027.
pub fn plan_commands() -> impl Strategy<Value = plan::Command> {
    use plan::Command as C;
    let begin = |nominal: NaiveDate| {
        let transaction = transaction(&format!("P-1.{}", nominal.format("%Y%m%d")));
        C::Begin { nominal, transaction }
    };
    let short = || cause("51", "not enough money");
    let changes = Changes { amount: Some(amount("800.00")), account: None, frequency: None };
    prop_oneof![
        3 => Just(C::Open(Box::new(terms()))),
        1 => (instants(), nominals()).prop_map(move |(at, from)| C::Change {
            at,
            changes: changes.clone(),
            from,
        }),
        1 => instants().prop_map(|at| C::Pause { at, reason: "moved abroad".into() }),
        1 => instants().prop_map(|at| C::Resume { at, from: at.date() }),
        1 => Just(C::End { reason: "enough".into() }),
        1 => nominals().prop_map(|today| C::Finish { today }),
        4 => nominals().prop_map(begin),
        2 => nominals().prop_map(|nominal| C::Done { nominal }),
        3 => nominals().prop_map(move |nominal| C::Miss { nominal, cause: short() }),
    ]
}

fn terms() -> Terms {
    Terms {
        investor: read("INV-7"),
        account: read("ACC-7"),
        fund: read("011162"),
        wallet_fund: Some(read("000009")),
        amount: amount("500.00"),
        frequency: Frequency::Monthly { day: DayOfMonth::new(31).expect("a day") },
        start: date("2026-01-01"),
        through: Some(date("2027-12-31")),
        periods: NonZeroU32::new(24),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::new(3).expect("a number of misses"),
        distributor: None,
    }
}
