//! The bank has its money back, and then the registrar says that its shares brought less, or nothing: it returns
//! the difference by hand, and only then has shares or a claim for it.

use crate::{
    checks::refused,
    fast_given_up::{advance_of, cases},
    fast_short::left,
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed, rejected, serial},
    stage::{Stage, order, out_no},
};
use fundflow_domain::{
    advance,
    application::Outcome,
    case::{CaseId, Closing, Finding, How, Kind},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_runtime::{
    message::{Action, Reply},
    process::Disposition,
};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::{
        advance::{AdvanceSaid, RepaymentAnswer, notice as bank_notice},
        registrar::{self, ApplicationAnswer},
    },
};

pub(crate) type Fast = Stage<FastWithdraw>;

pub(crate) fn manual() -> How {
    How::Manual { text: Text::lossy("the money is back") }
}

pub(crate) fn close(stage: &mut Fast, case: CaseId, how: How) -> Reply {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("talked to the bank"));
    stage.command(Command::CloseCase { case, closing: Box::new(Closing { how, by, reason }) })
}

/// A person says that the last case is settled by hand.
pub(crate) fn closes_the_last(stage: &mut Fast) {
    let case = cases(stage).last().unwrap().0;
    let reply = close(stage, case, manual());
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    stage.run();
}

pub(crate) fn says(stage: &mut Fast, word: ApplicationAnswer) {
    stage.notice(registrar::notice(&ApplicationNo::of(&order("redeem")), word));
    stage.run();
}

/// What the registrar says of the bank's redemption, of which it had said that it brought 10,000; which
/// shares the bank has then, what they brought, and what stays its claim.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Less {
    shares: &'static str,
    money: &'static str,
    retained: &'static str,
    claim: &'static str,
    over: &'static str,
}

pub(crate) const LESS: [Less; 4] = [
    Less { shares: "0", money: "0.00", retained: "10000.00", claim: "0.00", over: "10000.00" },
    Less { shares: "6000", money: "6000.00", retained: "4000.00", claim: "0.00", over: "4000.00" },
    Less { shares: "10000", money: "9999.99", retained: "0.00", claim: "0.01", over: "0.01" },
    Less {
        shares: "6000",
        money: "5000.00",
        retained: "4000.00",
        claim: "1000.00",
        over: "5000.00",
    },
];

impl Less {
    pub(crate) fn word(self, serial: &str) -> ApplicationAnswer {
        if self.shares == "0" {
            return rejected("0010");
        }
        let Outcome::Redemption(mut it) = redeemed(self.shares.parse().unwrap(), "0") else {
            panic!("a redemption");
        };
        (it.payout, it.gross) = (self.money.parse().unwrap(), self.money.parse().unwrap());
        record(serial, "2026-02-05", true, Outcome::Redemption(it))
    }
}

/// When the registrar says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// It is over.
    AfterTheEnd,
    /// The bank has the money, and its word is still to come; it comes once a person has spoken.
    OnItsWay,
    /// The same, and it comes before that.
    HeardMeanwhile,
}

const WHENS: [When; 3] = [When::AfterTheEnd, When::OnItsWay, When::HeardMeanwhile];

fn repaid() -> AdvanceSaid {
    let (serial, amount) = (serial("transfer.out.repay.1"), "10000".parse().unwrap());
    let at = "2026-02-06T12:00:00+08:00".parse().unwrap();
    AdvanceSaid::Repayment(RepaymentAnswer::Repaid(advance::Transfer { serial, amount, at }))
}

/// The bank has 10,000 back, and a person has accepted that the shares brought less.
pub(crate) fn overpaid(when: When, less: Less) -> Fast {
    let mut stage = stage("02-03 10:00");
    if when != When::AfterTheEnd {
        stage.outside.down.insert("transfer.out.repay".into());
    }
    stage.request(request("10000"), asked());
    match when {
        When::AfterTheEnd => stage.run(),
        When::OnItsWay | When::HeardMeanwhile => stage.clock("02-06 13:00"),
    }
    assert_eq!(stage.count("advance.repayment_requested"), 1, "{}", stage.text());
    says(&mut stage, less.word("c-9"));
    if when == When::HeardMeanwhile {
        stage.notice(bank_notice(&out_no("transfer"), repaid()));
        stage.run();
    }
    let first = cases(&stage)[0].0;
    let reply = close(&mut stage, first, How::Accepted);
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    stage.run();
    if when == When::OnItsWay {
        assert_eq!(stage.count("advance.repaid"), 0);
        assert_eq!(stage.count("advance.overpaid"), 0, "nobody knows that: {}", stage.text());
        stage.outside.down.clear();
        if stage.is_parked() {
            stage.act(Action::Resume { reason: "it answers again".into() });
        }
        stage.run();
    }
    stage
}

fn asked_back(stage: &Fast) -> Vec<Finding> {
    let all = cases(stage).into_iter().map(|(_, state)| state.case().unwrap().clone());
    let found = all.flat_map(|case| case.findings);
    found.filter(|it| it.kind == Kind::BankSettledTwice).collect()
}

fn figures(finding: &Finding) -> Vec<String> {
    let all = finding.ours.iter().chain(&finding.theirs);
    all.map(|it| format!("{} {}", it.name, it.value)).collect()
}

#[test]
fn what_the_bank_has_too_much_has_a_case_with_all_figures_and_is_waited_for() {
    for (when, less) in WHENS.iter().flat_map(|when| LESS.map(|less| (*when, less))) {
        let mut stage = overpaid(when, less);
        let context = format!("{when:?} {less:?}\n{}", stage.text());
        assert_eq!(stage.count("fast_withdraw.paid_out"), 1, "{context}");
        assert_eq!(stage.count("advance.overpaid"), 1, "{context}");
        let found = asked_back(&stage);
        assert_eq!(found.len(), 1, "{context}");
        let Less { money, retained, over, .. } = less;
        assert_eq!(
            figures(&found[0]),
            [
                "advanced 10000.00 yuan".to_owned(),
                "repaid 10000.00 yuan".to_owned(),
                format!("to be returned {over} yuan"),
                format!("shares with the bank {retained} shares"),
                format!("money that they brought {money} yuan"),
            ]
        );
        assert_eq!(found[0].disputed.money.to_string(), over);
        let look = stage.look();
        assert!(!look.finished && look.parked.is_none() && look.open_ends.is_empty(), "{context}");
        assert_eq!(look.waits.len(), 1, "{:?} {context}", look.waits);
        assert_eq!(left(&stage), [format!("L:BANK:ADVANCE:bank-7 {over}")], "{context}");
        assert_eq!(stage.count("advance.claim_changed") + stage.count("advance.recourse"), 0);

        let before = stage.events.len();
        for _ in 0..2 {
            stage.crash();
            stage.run();
            says(&mut stage, less.word("c-9"));
            stage.notice(bank_notice(&out_no("transfer"), repaid()));
            stage.run();
        }
        assert_eq!(stage.events.len(), before, "it waits\n{}", stage.text());
    }
}

#[test]
fn once_a_person_says_that_it_is_back_the_bank_has_shares_or_a_claim_for_it() {
    for (when, less) in WHENS.iter().flat_map(|when| LESS.map(|less| (*when, less))) {
        let mut stage = overpaid(when, less);
        let case = cases(&stage).last().unwrap().0;
        for how in [How::Accepted, How::Withdrawn, How::PaidByUs { amount: "1".parse().unwrap() }] {
            let before = stage.events.len();
            let said = refused(&close(&mut stage, case, how));
            assert!(said.contains("get back what it has too much"), "{said}");
            assert_eq!(stage.events.len(), before);
        }
        closes_the_last(&mut stage);

        let context = format!("{when:?} {less:?}\n{}", stage.text());
        assert!(stage.look().finished, "{:?} {context}", stage.look().waits);
        let advance = advance_of(&stage);
        assert_eq!(advance.got_back().unwrap().to_string(), less.money, "{context}");
        assert_eq!(advance.retained.to_string(), less.retained, "{context}");
        assert_eq!(advance.recourse.to_string(), less.claim, "{context}");
        assert_eq!(advance.stage, advance::Stage::Settled, "{context}");
        assert_eq!(left(&stage), Vec::<String>::new(), "{context}");

        let before = stage.events.len();
        for _ in 0..2 {
            close(&mut stage, case, manual());
            says(&mut stage, less.word("c-9"));
            stage.notice(bank_notice(&out_no("transfer"), repaid()));
            stage.crash();
            stage.run();
        }
        assert_eq!(stage.events.len(), before, "it is settled\n{context}");
    }
}

#[test]
fn a_death_at_any_append_before_or_in_the_closing_changes_nothing_of_that() {
    for less in LESS {
        for fuse in 0..14 {
            let mut stage = stage("02-03 10:00");
            stage.request(request("10000"), asked());
            stage.run();
            let dies = |stage: &mut Fast, act: &dyn Fn(&mut Fast)| {
                stage.fuse = Some(fuse);
                act(stage);
                stage.fuse = None;
                stage.run();
                act(stage);
                stage.run();
            };
            dies(&mut stage, &|stage| says(stage, less.word("c-9")));
            let first = cases(&stage)[0].0;
            dies(&mut stage, &|stage| {
                close(stage, first, How::Accepted);
                stage.run();
            });
            let last = cases(&stage).last().unwrap().0;
            dies(&mut stage, &|stage| {
                close(stage, last, manual());
                stage.run();
            });

            let context = format!("{less:?}, dead after {fuse}\n{}", stage.text());
            assert!(stage.look().finished, "{:?} {context}", stage.look().waits);
            assert_eq!(asked_back(&stage).len(), 1, "{context}");
            let once = ["advance.overpaid", "advance.returned"].map(|it| stage.count(it));
            assert_eq!(once, [1, 1], "{context}");
            assert_eq!(left(&stage), Vec::<String>::new(), "{context}");
        }
    }
}

/// A person closes every case; a record that may hold does.
pub(crate) fn closes_all(stage: &mut Fast) {
    while let Some((case, _)) = cases(stage).into_iter().find(|(_, state)| state.is_open()) {
        if !matches!(close(stage, case, How::Accepted), Reply::Acted) {
            close(stage, case, manual());
        }
        stage.run();
    }
}

#[test]
fn whoever_gave_the_repayment_up_gets_back_what_the_bank_was_paid_all_the_same() {
    for how in [Disposition::Manual, Disposition::Suspense, Disposition::Refund] {
        for (less, heard_first) in LESS.iter().flat_map(|less| [(*less, true), (*less, false)]) {
            let mut stage = stage("02-03 10:00");
            stage.outside.down.insert("transfer.out.repay".into());
            stage.request(request("10000"), asked());
            stage.run();
            assert!(stage.is_parked(), "{}", stage.text());
            stage.abandon_with(how);
            stage.run();
            let hears = |stage: &mut Fast| {
                stage.notice(bank_notice(&out_no("transfer"), repaid()));
                stage.run();
                closes_all(stage);
            };
            if heard_first {
                hears(&mut stage);
            }
            says(&mut stage, less.word("c-9"));
            closes_all(&mut stage);
            if !heard_first {
                hears(&mut stage);
            }

            let context = format!("{how:?} {less:?} {heard_first}\n{}", stage.text());
            assert!(stage.look().finished, "{:?} {context}", stage.look().waits);
            assert_eq!(stage.count("advance.returned"), 1, "{context}");
            let advance = advance_of(&stage);
            assert_eq!(advance.got_back().unwrap().to_string(), less.money, "{context}");
            assert_eq!(advance.retained.to_string(), less.retained, "{context}");
            // What neither brought is the bank's claim, or that person's to settle: the books still show it.
            let claim = if how == Disposition::Refund { less.claim } else { "0.00" };
            assert_eq!(advance.recourse.to_string(), claim, "{context}");
            let by_hand = (claim != less.claim).then_some(less.claim);
            let shown = |sum: &str| {
                [format!("A:CUST:ADVANCED:TX-1 {sum}"), format!("L:BANK:ADVANCE:bank-7 -{sum}")]
            };
            let books: Vec<String> = by_hand.into_iter().flat_map(shown).collect();
            assert_eq!(left(&stage), books, "{context}");
        }
    }
}
