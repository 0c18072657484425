//! A registrar that converts more money-fund shares than it says were bought, in either order of its two words: what
//! nobody paid for is held, under one case with both figures.

use crate::{
    audited,
    books::{self, cases},
    by_hand,
    checks::target_key,
    held::wallet_key,
    late::closed,
    names::{order, tx},
    outside::{Verdict, halved, rejection},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    application::{Applications, Confirmation},
    case::{How, Kind, State},
    ids::ApplicationNo,
    modes::ConversionMode,
    money::Shares,
    text::Text,
    wallet,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{liveness::Wait, message::Reply};
use fundflow_sagas::ports::registrar::ApplicationAnswer;

/// Both orders are at the registrar, which has said nothing yet, on the day on which it does.
fn sent() -> Stage {
    let mut stage = Stage::at("10:00");
    for name in ["mmf", "convert"] {
        stage.outside.verdicts.insert(name.to_owned(), Verdict::Silence);
    }
    stage.request(&request(ConversionMode::LinkedSameDay));
    stage.clock("03-03 12:30");
    stage
}

fn rejects(stage: &mut Stage) {
    stage.deliver("mmf", ApplicationAnswer::Rejected(rejection("0010", "not in the batch")));
}

fn half(stage: &mut Stage) {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("mmf")));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    stage.confirmed("mmf", halved(stage.confirmation("mmf"), &terms));
}

fn converts(stage: &mut Stage) {
    let said = stage.confirmation("convert");
    stage.confirmed("convert", said);
}

fn open(stage: &Stage) -> State {
    let open: Vec<State> = cases(stage).into_iter().filter(State::is_open).collect();
    let [case] = &open[..] else { panic!("{} cases\n{}", open.len(), stage.text()) };
    case.clone()
}

type Word = fn(&mut Stage);

/// The purchase's word, what was bought by it, and the target shares that nobody paid for: of 980.39 at 1.0200.
const ROWS: [(Word, &str, &str); 2] = [
    (rejects, "1000.00 shares left, and 0.00 were bought", "980.39"),
    (half, "1000.00 shares left, and 500.00 were bought", "490.19"),
];

#[test]
fn what_nobody_paid_for_is_held_whichever_word_comes_last() {
    for (purchase, text, unpaid) in ROWS {
        for order in [[purchase, converts as Word], [converts, purchase]] {
            let mut stage = sent();
            for word in order {
                word(&mut stage);
            }
            stage.run();

            let open = open(&stage);
            let case = open.case().unwrap();
            assert_eq!(
                (case.kind(), case.findings[0].what.as_str()),
                (Kind::SharesExceedAsked, text)
            );
            assert!(stage.is_parked() && stage.look().ending.is_none(), "{}", stage.text());
            let held = stage.state(&target_key());
            let unpaid: Shares = unpaid.parse().unwrap();
            assert_eq!(open.disputed().shares, unpaid, "{}", stage.text());
            let free = held.registered().minus(held.available()).unwrap();
            assert!(
                held.registered().is_zero() || free == unpaid,
                "{free} {unpaid}\n{}",
                stage.text()
            );
            books::always(&stage);
            let report = audited::report(&stage.events, stage.kinds());
            audited::adds_up(&report, || stage.text());
        }
    }
}

/// Two portions of 500 shares each: the first one takes all that was bought.
#[test]
fn an_earlier_portion_has_what_was_bought() {
    let mut stage = sent();
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("convert")));
    let terms = stage.state(&key).application().unwrap().terms.clone();
    for (serial, finished) in [("C1", false), ("C2", true)] {
        let half = halved(stage.confirmation("convert"), &terms);
        let serial = serial.parse().unwrap();
        stage.confirmed("convert", Confirmation { serial, finished, ..half });
    }
    half(&mut stage);
    stage.run();

    let open = open(&stage);
    assert_eq!(open.disputed().shares, "490.20".parse().unwrap(), "{}", stage.text());
    let found = &open.case().unwrap().findings[0];
    assert_eq!(found.what.as_str(), "1000.00 shares left, and 500.00 were bought");
    assert_eq!(by_hand::figures(found), ["shares 0.00"]);
    assert_eq!(found.theirs[0].value.as_str(), "500.00", "of the record alone");
    let held = stage.state(&target_key());
    assert_eq!(held.registered().minus(held.available()), Some(open.disputed().shares));
}

/// Where its purchase was rejected, no rule says what then; where it was bought in half, the rest has to be found.
#[test]
fn it_goes_on_from_its_closed_case_whichever_word_came_last() {
    let stands = [("conversion falls", "blocked"), ("spend", "refused")];
    for ((purchase, ..), (row, code)) in ROWS.into_iter().zip(stands) {
        for words in [[purchase, converts as Word], [converts, purchase]] {
            for how in [How::Accepted, How::Manual { text: Text::lossy("by hand") }] {
                let mut stage = sent();
                for word in words {
                    word(&mut stage);
                }
                stage.run();
                let case = open(&stage).case().unwrap().id;
                let reply = stage.command(closed(case, how.clone()));
                assert!(matches!(reply, Reply::Acted), "{how:?} {reply:?}");
                stage.outside.verdicts.clear();
                stage.run();

                let parked = Some((row.to_owned(), code.to_owned()));
                assert_eq!(stage.parked(), parked, "{how:?}\n{}", stage.text());
                books::always(&stage);
            }
        }
    }
}

#[test]
fn a_corrected_record_ends_its_case_and_it_completes_whichever_word_came_last() {
    for words in [[half as Word, converts], [converts, half]] {
        let mut stage = sent();
        for word in words {
            word(&mut stage);
        }
        stage.run();
        let key: Key<Applications> = Key::of(&ApplicationNo::of(&order("convert")));
        let terms = stage.state(&key).application().unwrap().terms.clone();
        let right = halved(stage.confirmation("convert"), &terms);
        let right = Confirmation { serial: "C2".parse().unwrap(), ..right };
        stage.confirmed("convert", right);
        stage.run();

        assert!(stage.look().finished, "{:?}\n{}", stage.parked(), stage.text());
        assert!(cases(&stage).iter().all(|case| !case.is_open()), "{}", stage.text());
        assert_eq!(stage.state(&target_key()).available(), "490.20".parse().unwrap());
        books::at_the_end(&stage);
    }
}

fn others_bring(stage: &mut Stage, shares: &str) {
    let (later, shares) = (tx("LATER"), shares.parse().unwrap());
    stage.given(&wallet_key(), &wallet::Command::CreditInTransit(later.clone(), shares));
    let on = "2026-03-03".parse().unwrap();
    stage.given(&wallet_key(), &wallet::Command::ConfirmCredit(later, shares, on));
}

fn alive_and_explained(stage: &Stage) {
    let waits = stage.look().waits;
    assert!(waits.iter().all(Wait::is_alive), "{waits:?}\n{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    let unexplained = report.findings.iter().filter(|it| it.what.contains("is no sum"));
    assert_eq!(unexplained.count(), 0, "{:#?}\n{}", report.findings, stage.text());
}

/// Its case holds as many of what others bring. They are not taken for the record as well before that is settled: not
/// while it waits for a person, and not once one has given it up.
#[test]
fn what_others_bring_is_kept_once_while_the_record_is_in_dispute() {
    for (purchase, unbought) in [(rejects as Word, "1000.00"), (half as Word, "500.00")] {
        let mut stage = sent();
        converts(&mut stage);
        purchase(&mut stage);
        stage.run();
        let case = open(&stage).case().unwrap().id;
        let mut waiting = stage.clone();
        others_bring(&mut waiting, "5000");
        waiting.crash();
        alive_and_explained(&waiting);

        for _ in 0..2 {
            stage.abandon();
            stage.run();
        }
        others_bring(&mut stage, "5000");
        alive_and_explained(&stage);
        stage.crash();
        stage.run();
        let wallet = stage.state(&wallet_key());
        let kept: Shares = unbought.parse().unwrap();
        assert_eq!(wallet.registered(), "5000".parse().unwrap(), "{}", stage.text());
        assert_eq!(wallet.disputed(), kept, "{}", stage.text());
        alive_and_explained(&stage);

        stage.command(closed(case, How::Accepted));
        stage.run();
        let wallet = stage.state(&wallet_key());
        let left = "5000".parse::<Shares>().unwrap().minus(kept);
        assert_eq!(Some(wallet.registered()), left, "{}", stage.text());
        assert!(wallet.disputed().is_zero() && wallet.available() == wallet.registered());
        alive_and_explained(&stage);
    }
}
