//! Cases: what does not add up, and what people did about it.

use super::Entry;
use crate::worlds::{
    amount, date, instant, money, request_time, shares, target_code, text, transaction,
};
use fundflow_domain::{
    case::{
        CaseId, Cases, Closing, Disputed, Event, Figure, Finding, How, Kind, Note, Proposal,
        Reopening, Report, Severity, Side, Source, SourceKind,
    },
    text::Text,
};

pub(super) fn entries() -> Vec<Entry> {
    vec![Entry::of::<Cases>(&events())]
}

fn events() -> Vec<Event> {
    use Event as E;
    let closed = |how| {
        E::Closed(Closing {
            how,
            by: text("chen"),
            reason: text("the registrar's letter of today"),
        })
    };
    let corrected = How::Corrected { by_record: CaseId::of(b"a corrected record") };
    vec![
        E::Opened(Box::new(report())),
        E::SeenAgain { at: instant("2026-02-25T17:00:00+08:00") },
        E::Widened { at: instant("2026-02-25T17:00:00+08:00"), findings: vec![fee()] },
        E::FiguresChanged { at: instant("2026-02-25T17:00:00+08:00"), finding: Box::new(fee()) },
        E::Assigned { owner: text("chen"), by: None, reason: None },
        E::Assigned {
            owner: text("chen"),
            by: Some(text("li")),
            reason: Some(text("knows the registrar")),
        },
        E::Proposed(Box::new(proposal())),
        E::Noted(Note { by: text("chen"), text: text("asked the registrar by telephone") }),
        closed(corrected),
        closed(How::Accepted),
        closed(How::PaidByUs { amount: amount("14.78") }),
        closed(How::Withdrawn),
        closed(How::Manual { text: text("settled by a bank transfer") }),
        E::Reopened(Reopening { by: text("chen"), reason: text("the correction is wrong too") }),
    ]
}

fn proposal() -> Proposal {
    Proposal {
        day: date("2026-02-13"),
        source: text("confirmations"),
        key: text("TX-1.convert|TA-1"),
        side: Side::Both,
        severity: Severity::High,
        due: date("2026-02-25"),
        act: text("get a corrected record"),
        ours: text("application-TX-1.convert: shares 810044.55"),
    }
}

fn report() -> Report {
    let evidence = "TX-1.convert 0000 810044.55";
    Report {
        id: CaseId::of(evidence.as_bytes()),
        at: instant("2026-02-24T17:00:00+08:00"),
        source: Source {
            kind: SourceKind::RegistrarFile,
            name: text("OFD_377_98_20260224_04.TXT"),
            record: text("3"),
        },
        transaction: Some(transaction("TX-1")),
        order: Some(crate::orders::order("convert")),
        fund: Some(target_code()),
        findings: vec![hundredfold()],
        evidence: Text::lossy(evidence),
    }
}

fn hundredfold() -> Finding {
    Finding {
        kind: Kind::SharesDoNotFollowFromNav,
        what: text("shares are not net / NAV"),
        ours: vec![Figure::new("shares", "8100.45"), Figure::new("at", request_time())],
        theirs: vec![Figure::new("shares", "810044.55")],
        disputed: Disputed { shares: shares("801944.10"), money: money("0.00") },
    }
}

fn fee() -> Finding {
    Finding {
        kind: Kind::FeeDiffersFromPromise,
        what: text("a fee of 14.78 where none was promised"),
        ours: vec![Figure::new("fee", "0.00")],
        theirs: vec![Figure::new("fee", "14.78")],
        disputed: Disputed { shares: shares("0.00"), money: money("14.78") },
    }
}
