//! Once a person has closed the cases on what a registrar says, what it had said is settled: heard again, in
//! whatever order, before a restart and after it, it opens no case and stores nothing.

use crate::{
    audited, conversion,
    outside::{bought_part, converted_part, redeemed, rejected},
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_application::desk;
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How},
    fund::ConversionFeeMethod,
    ids::ApplicationNo,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::{ApplicationAnswer, notice},
    purchase::Purchase,
    redemption::Redemption,
};
use rust_decimal::Decimal;

/// What a registrar may say of an order, one thing after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// As it must be.
    Sound,
    /// A record of another serial that does not add up.
    Wrong,
    /// A part, with more to come.
    Portion,
    Rejected,
    Cancelled,
}

const WORDS: [Word; 5] = [Word::Sound, Word::Wrong, Word::Portion, Word::Rejected, Word::Cancelled];

pub(crate) struct Order<S: InHouse> {
    pub(crate) stage: fn() -> Stage,
    pub(crate) request: fn() -> S::Request,
    pub(crate) of: &'static str,
    /// When its registrar may confirm.
    pub(crate) at: &'static str,
    /// Yuan of interest that comes with its rejection.
    pub(crate) rejects: &'static str,
    pub(crate) confirms: fn(Word) -> ApplicationAnswer,
    pub(crate) close: fn(CaseId, Box<Closing>) -> S::Command,
}

/// How often a case was opened, the first time or again.
fn opened(stage: &Stage) -> usize {
    let opens = |it: &str| ["case.opened", "case.reopened"].contains(&it);
    stage.events.iter().filter(|it| opens(&it.event.event_type)).count()
}

/// Where a look says that the difference of that case's record goes.
fn becomes(stage: &Stage, case: CaseId, closing: &Closing) -> Vec<(String, Decimal)> {
    let opened = stage.state(&Key::<Cases>::of(&case));
    let known = (case, opened.case().unwrap());
    let moved = desk::becomes(&"T".parse().unwrap(), &stage.events, known, closing).unwrap();
    moved.to.into_iter().map(|it| (it.account, it.yuan)).collect()
}

/// Open cases, in the order in which they were opened.
pub(crate) fn open(stage: &Stage) -> Vec<CaseId> {
    let mut open: Vec<CaseId> = Vec::new();
    for event in stage.events.iter().filter(|it| it.stream.category() == "case") {
        let case = event.stream.id().parse().unwrap();
        match &*event.event.event_type {
            "case.opened" | "case.reopened" => open.push(case),
            "case.closed" => open.retain(|it| *it != case),
            _ => {}
        }
    }
    open
}

impl<S: InHouse<Command: 'static, Request: 'static>> Order<S> {
    pub(crate) fn tells(&self, stage: &mut Stage, word: Word) {
        let said = match word {
            Word::Sound | Word::Wrong | Word::Portion => (self.confirms)(word),
            Word::Rejected => rejected(self.rejects),
            Word::Cancelled => ApplicationAnswer::Cancelled,
        };
        stage.notice(notice(&ApplicationNo::of(&self.of.parse().unwrap()), said));
    }

    fn closes(&self, stage: &mut Stage, case: CaseId, how: &How) -> bool {
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let closing = Box::new(Closing { how: how.clone(), by, reason });
        let looked = becomes(stage, case, &closing);
        let done = matches!(stage.command::<S>("T", (self.close)(case, closing)), Reply::Acted);
        if done {
            let report = audited::report(&stage.events, stage.kinds());
            let all = report.differences.iter().filter(|it| it.case == case.to_string());
            let is: Vec<_> = all.map(|it| (it.class.clone(), it.balance)).collect();
            assert_eq!(looked, is, "{how:?}\n{}", stage.text());
        }
        done
    }

    /// Everything is said, and every case is closed in that way where it may be, and by hand where not.
    pub(crate) fn closed(&self, words: &[Word], how: &How, last_first: bool) -> Stage {
        self.closed_after(words, None, how, last_first)
    }

    /// The same, where what follows the first word is said at that instant only.
    pub(crate) fn closed_after(
        &self,
        words: &[Word],
        then: Option<&str>,
        how: &How,
        last_first: bool,
    ) -> Stage {
        let mut stage = (self.stage)();
        stage.request::<S>("T", (self.request)());
        stage.until(self.at);
        for word in words {
            self.tells(&mut stage, *word);
            if let Some(then) = then {
                stage.until(then);
            }
        }
        // Of what a record takes and nobody paid another case is opened, once its own is closed.
        for _ in 0..=words.len() {
            let mut cases = open(&stage);
            if last_first {
                cases.reverse();
            }
            for case in cases {
                let done =
                    self.closes(&mut stage, case, how) || self.closes(&mut stage, case, &by_hand());
                assert!(done, "{words:?} {how:?}\n{}", stage.text());
            }
        }
        assert_eq!(open(&stage), [], "{words:?} {how:?}\n{}", stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        let context = || format!("{words:?} {how:?}\n{}", stage.text());
        audited::adds_up(&report, context);
        audited::nothing_is_in_suspense(&report, context);
        stage.lines.push("-- closed".to_owned());
        stage
    }

    /// Says all of it again and again, and what came of that which should not.
    fn heard_again(&self, words: &[Word], how: &How, last_first: bool) -> Option<String> {
        let mut stage = self.closed(words, how, last_first);
        let cases = opened(&stage);
        // What the registrar took back and says again is news, and so is what contradicts that then.
        let is_news = matches!(how, How::Withdrawn);
        let (mut events, mut what) = (None, None);
        for round in 0..4 {
            for word in words {
                self.tells(&mut stage, *word);
                if opened(&stage) != cases && !is_news {
                    what.get_or_insert(format!("{word:?} opens a case"));
                }
            }
            if round % 2 == 0 {
                stage.crash();
            }
            if opened(&stage) != cases && !is_news {
                what.get_or_insert("a restart opens a case".to_owned());
            }
            let settles = is_news && round == 1;
            if events.is_some_and(|before| before != stage.events.len()) && !settles {
                what.get_or_insert(format!("more is stored in round {round}"));
            }
            events = Some(stage.events.len());
        }
        // Where the registrar has not said its last word, that is waited for, and nothing else.
        stage.until("03-20 18:00");
        let look = stage.look::<S>("T");
        let waits = is_news || look.open_ends.iter().any(|end| &*end.name == "missing");
        if let Some((row, why)) = look.parked.filter(|(_, why)| &*why.code != "overdue" && !waits) {
            what.get_or_insert(format!("it is parked at {row}, {why}"));
        }
        let context = || format!("{words:?} {how:?}, the last case first: {last_first}");
        audited::adds_up(&audited::report(&stage.events, stage.kinds()), || {
            format!("{}\n{}", context(), stage.text())
        });
        what.map(|what| format!("{what}: {}\n{}", context(), stage.text()))
    }

    fn whatever_is_said(&self) {
        self.whatever_is_said_of(&WORDS);
    }

    pub(crate) fn whatever_is_said_of(&self, words: &[Word]) {
        let ours = How::PaidByUs { amount: "0.01".parse().unwrap() };
        let ways = [
            (How::Accepted, false),
            (How::Accepted, true),
            (ours, false),
            (by_hand(), true),
            (How::Withdrawn, true),
        ];
        let mut wrong = Vec::new();
        for (how, last_first) in ways {
            let pairs = words.iter().flat_map(|one| words.iter().map(move |two| [*one, *two]));
            for [first, second] in pairs {
                wrong.extend(self.heard_again(&[first, second], &how, last_first));
                let three = |third| self.heard_again(&[first, second, third], &how, last_first);
                wrong.extend(words.iter().copied().filter_map(three));
            }
        }
        let heads: Vec<_> = wrong.iter().filter_map(|it| it.lines().next()).collect();
        let first = wrong.first().map(String::as_str).unwrap_or_default();
        assert!(wrong.is_empty(), "{} times:\n{}\n\n{first}", wrong.len(), heads.join("\n"));
    }
}

pub(crate) fn by_hand() -> How {
    How::Manual { text: Text::lossy("by letter") }
}

#[test]
fn what_was_said_of_a_purchase_is_settled_with_its_cases() {
    let order = Order::<Purchase> {
        stage: purchase::stage,
        request: purchase::request,
        of: "T.buy",
        at: "02-24 09:30",
        rejects: "0",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["4000", "59.11", "0", "1.2345", "3192.30"];
                bought_part("C3", "2026-02-24", false, half)
            }
            Word::Sound => bought_part("C1", "2026-02-24", true, purchase::NUMBERS),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let dear = ["10000", "200", "0", "1.2345", "7938.44"];
                bought_part("C2", "2026-02-24", true, dear)
            }
        },
        close: |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    };
    order.whatever_is_said();
}

#[test]
fn what_was_said_of_a_redemption_is_settled_with_its_cases() {
    let order = Order::<Redemption> {
        stage: redemption::stage,
        request: redemption::request,
        of: "T.redeem",
        at: "02-25 09:30",
        rejects: "0",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["3000", "1.3071", "3921.30", "0", "3921.30"];
                redeemed("C3", "2026-02-25", false, half, &[])
            }
            Word::Sound => redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &[]),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let dear = ["6000", "1.3071", "7842.60", "117.64", "7724.96"];
                redeemed("C2", "2026-02-25", true, dear, &[])
            }
        },
        close: |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    };
    order.whatever_is_said();
}

#[test]
fn what_was_said_of_a_conversion_is_settled_with_its_cases() {
    let order = Order::<Conversion> {
        stage: || conversion::stage(ConversionFeeMethod::FeeDifference),
        request: conversion::request,
        of: "T.convert",
        at: "02-24 09:30",
        rejects: "0",
        confirms: |word| match word {
            Word::Portion => {
                let half = ["10000", "1.0523", "10.52", "71.93", "10440.55", "1.2345", "8457.31"];
                converted_part("C3", "2026-02-24", false, half)
            }
            Word::Sound => converted_part("C1", "2026-02-24", true, conversion::BY_FEES),
            Word::Wrong | Word::Rejected | Word::Cancelled => {
                let many = ["20000", "1.0523", "21.05", "143.86", "20881.09", "1.2345", "16914.99"];
                converted_part("C2", "2026-02-24", true, many)
            }
        },
        close: |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    };
    order.whatever_is_said();
}

/// The investor takes it back in time, and the registrar carries it out all the same.
#[test]
fn that_it_was_taken_back_is_settled_where_a_person_accepts_what_was_confirmed_all_the_same() {
    let mut stage = purchase::stage();
    stage.request::<Purchase>("T", purchase::request());
    stage.until("02-13 14:51");
    let at = stage.now;
    stage.command::<Purchase>("T", fundflow_sagas::purchase::Command::Cancel { at });
    stage.until("02-24 09:30");
    let no = ApplicationNo::of(&"T.buy".parse().unwrap());
    let said = bought_part("C1", "2026-02-24", true, purchase::NUMBERS);
    stage.notice(notice(&no, said.clone()));
    let [case] = open(&stage)[..] else { panic!("one case\n{}", stage.text()) };
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    stage.command::<Purchase>("T", fundflow_sagas::purchase::Command::CloseCase { case, closing });
    stage.until("02-25 18:00");

    let (cases, before) = (opened(&stage), stage.events.len());
    for _ in 0..2 {
        stage.notice(notice(&no, ApplicationAnswer::Cancelled));
        stage.notice(notice(&no, said.clone()));
        stage.crash();
        assert_eq!(opened(&stage), cases, "{}", stage.text());
    }
    assert_eq!(stage.events.len(), before, "{}", stage.text());
}

/// The record has a case of its own, which nobody has closed yet.
#[test]
fn a_record_that_is_overruled_while_its_own_case_is_open_is_old_news_too() {
    for word in ["rejected", "confirmed"] {
        let mut stage = purchase::stage();
        stage.request::<Purchase>("T", purchase::request());
        stage.until("02-24 09:30");
        let no = ApplicationNo::of(&"T.buy".parse().unwrap());
        let dear = ["10000", "200", "0", "1.2345", "7938.44"];
        let first = bought_part("C1", "2026-02-24", true, dear);
        let cheap = ["10000", "100", "0", "1.2345", "8019.44"];
        let second = match word {
            "rejected" => rejected("0"),
            _ => bought_part("C2", "2026-02-24", true, cheap),
        };
        for said in [&first, &second] {
            stage.notice(notice(&no, said.clone()));
        }
        let [own, over] = open(&stage)[..] else { panic!("two cases\n{}", stage.text()) };
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let closing = Box::new(Closing { how: How::Accepted, by, reason });
        let close =
            |case| fundflow_sagas::purchase::Command::CloseCase { case, closing: closing.clone() };
        stage.command::<Purchase>("T", close(over));
        let before = (stage.events.len(), stage.alerts.len());
        stage.notice(notice(&no, first));
        stage.crash();
        let after = (stage.events.len(), stage.alerts.len());
        assert_eq!(after, before, "{word}\n{}", stage.text());
        let reply = stage.command::<Purchase>("T", close(own));
        assert!(matches!(reply, Reply::Acted), "{word} {reply:?}\n{}", stage.text());
        stage.until("03-20 18:00");
        let look = stage.look::<Purchase>("T");
        assert!(look.finished, "{word} {:?} {:?}\n{}", look.parked, look.open_ends, stage.text());
    }
}
