//! Processes that die, facts that are heard twice, answers that are lost: the ending is the same.

use crate::{
    books,
    held::{holding, wallet_key},
    names::tx,
    outside::{Fate, Verdict, serial},
    stage::Stage,
    terms::{TARGET, capped, foreign, request, target, wallet},
};
use fundflow_domain::{
    application::Confirmation, limits::ExcessPolicy, modes::ConversionMode as Mode,
};
use fundflow_runtime::{
    message::{Answered, What},
    process::Disposition,
};

pub(crate) const MODES: [Mode; 4] =
    [Mode::LinkedSameDay, Mode::NextDay, Mode::Held, Mode::RedeemToPurchase];

/// The same purchase under every way in which those outside can end it.
fn stages(mode: Mode) -> Vec<(String, Stage)> {
    let fresh = || if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
    let mut all = vec![("nothing".to_owned(), fresh())];
    let orders: &[&str] = match mode {
        Mode::LinkedSameDay | Mode::NextDay => &["mmf", "convert"],
        Mode::Held => &["convert"],
        Mode::RedeemToPurchase => &["mmf", "redeem", "target"],
    };
    for name in orders
        .iter()
        .copied()
        .chain(["mmf.pay"])
        .filter(|it| mode != Mode::Held || *it == "convert")
    {
        let mut stage = fresh();
        stage.outside.fate(name, [Fate::Refused]);
        all.push((format!("a refusal of {name}"), stage));
    }
    for name in orders {
        for verdict in [Verdict::Rejected, Verdict::Half] {
            let mut stage = fresh();
            stage.outside.verdicts.insert((*name).to_owned(), verdict);
            all.push((format!("{verdict:?} {name}"), stage));
        }
    }
    all
}

fn ending(stage: &Stage) -> (Option<&'static str>, books::Books) {
    (stage.look().ending, books::books(stage))
}

/// Who was never heard of asks again.
fn asked(stage: &mut Stage, mode: Mode) {
    stage.request(&request(mode));
    if stage.events.iter().all(|it| it.event.correlation != tx("TX-1")) {
        stage.request(&request(mode));
    }
}

#[test]
fn whatever_those_outside_say_every_fen_is_somewhere_at_the_end() {
    for mode in MODES {
        for (what, mut stage) in stages(mode) {
            asked(&mut stage, mode);
            stage.run();
            println!("{mode:?}, {what}");
            books::at_the_end(&stage);
        }
    }
}

#[test]
fn a_process_that_dies_after_any_append_leaves_an_ending_that_is_the_same() {
    for mode in MODES {
        for (what, stage) in stages(mode) {
            let mut whole = stage.clone();
            asked(&mut whole, mode);
            whole.run();
            for (fuse, acted) in (0..whole.events.len()).flat_map(|n| [(n, false), (n, true)]) {
                let mut stage = stage.clone();
                (stage.fuse, stage.acted) = (Some(fuse), acted);
                asked(&mut stage, mode);
                stage.run();
                assert_eq!(
                    ending(&stage),
                    ending(&whole),
                    "{mode:?}, {what}, dead after {fuse} appends\n{}",
                    stage.text()
                );
                books::at_the_end(&stage);
            }
        }
    }
}

#[test]
fn every_answer_heard_twice_is_heard_once() {
    for mode in MODES {
        for (what, mut stage) in stages(mode) {
            asked(&mut stage, mode);
            for _ in 0..200 {
                if stage.in_flight.is_empty() {
                    if !stage.ring() {
                        break;
                    }
                    continue;
                }
                let effect = stage.in_flight.remove(0);
                let name = crate::names::name_of(&effect.key);
                let answer = stage.outside.answer(&name, &effect, stage.now);
                stage.answered(effect.clone(), answer.clone());
                let (events, alerts) = (stage.events.len(), stage.alerts.len());
                stage.handle(What::Answer(Box::new(Answered { effect, answer })));
                assert_eq!(stage.events.len(), events, "{mode:?}, {what}: {name} twice");
                assert_eq!(stage.alerts.len(), alerts, "{mode:?}, {what}: {name} twice");
            }
            books::at_the_end(&stage);
        }
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for_and_a_call_that_is_lost_is_made_again() {
    let names = ["mmf.pay", "mmf", "convert", "redeem", "target", "mmf.pay.refund1", "redeem.out"];
    for mode in MODES {
        for (what, stage) in stages(mode) {
            let mut whole = stage.clone();
            asked(&mut whole, mode);
            whole.run();
            for (name, fate) in
                names.iter().flat_map(|it| [Fate::Lost, Fate::Unheard].map(|fate| (*it, fate)))
            {
                let mut stage = stage.clone();
                let fates = stage.outside.fates.entry(name.to_owned()).or_default();
                // A call that is refused in this future is refused after it was lost.
                if fate == Fate::Lost || fates.is_empty() {
                    fates.push_front(fate);
                }
                asked(&mut stage, mode);
                stage.run();
                assert_eq!(ending(&stage), ending(&whole), "{mode:?}, {what}, {fate:?} {name}");
                books::at_the_end(&stage);
            }
        }
    }
}

#[test]
fn a_process_that_dies_while_t_moves_never_counts_money_for_a_t_that_is_over() {
    for (now, late) in [("14:59:58", "mmf.pay"), ("11:00", "mmf")] {
        for policy in [ExcessPolicy::RejectWhole, ExcessPolicy::AcceptUpToLimit] {
            // Paid after the cut-off; or taken by the registrar after sealing.
            let funds = vec![wallet(), capped(target(), "1500", policy), foreign()];
            let mut before = Stage::with(funds, now);
            before.outside.down.insert(late.to_owned());
            before.request(&request(Mode::LinkedSameDay));
            before.clock(if late == "mmf" { "17:00" } else { "15:00:05" });
            before.outside.down.clear();
            let mut whole = before.clone();
            whole.run();
            assert_eq!(books::t_of(&whole, "mmf"), "2026-03-03", "{}", whole.text());
            for fuse in 0..whole.events.len() - before.events.len() {
                let mut stage = before.clone();
                stage.fuse = Some(fuse);
                stage.run();
                assert_eq!(books::t_of(&stage, "mmf"), "2026-03-03", "dead after {fuse} appends");
                assert_eq!(ending(&stage), ending(&whole), "dead after {fuse} appends");
                let counted = |day| books::counted(&stage, "TX-1", TARGET, day);
                assert!(counted("03-02").is_zero(), "dead after {fuse}\n{}", stage.text());
                assert_eq!(counted("03-03"), "1000".parse().unwrap(), "dead after {fuse}");
                books::at_the_end(&stage);
            }
        }
    }
}

#[test]
fn a_process_that_dies_while_it_hears_a_wrong_record_never_takes_it_for_a_sound_one() {
    for fuse in 0..4 {
        let mut stage = Stage::at("10:00");
        stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
        stage.request(&request(Mode::NextDay));
        stage.clock("03-03 09:30");
        let right = stage.confirmation("mmf");
        let mut wrong = right.clone();
        wrong.confirmed_on = "2062-01-02".parse().unwrap();
        stage.fuse = Some(fuse);
        stage.confirmed("mmf", wrong.clone());
        stage.fuse = None;
        stage.confirmed("mmf", wrong);

        let wallet = stage.state(&wallet_key());
        assert!(wallet.available().is_zero(), "dead after {fuse}\n{}", stage.text());
        assert_eq!(wallet.registered(), "1000".parse().unwrap(), "dead after {fuse}");
        assert_eq!(books::cases(&stage).len(), 1);
        stage.confirmed("mmf", Confirmation { serial: serial("mmf.c2"), ..right });
        stage.run();
        books::at_the_end(&stage);
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"));
    }
}

#[test]
fn a_process_that_dies_while_it_gives_up_leaves_nothing_open() {
    for fuse in 0..8 {
        let mut stage = Stage::at("10:00");
        stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
        stage.request(&request(Mode::LinkedSameDay));
        stage.clock("03-03 13:00");
        stage.fuse = Some(fuse);
        stage.abandon_with(Disposition::Refund);
        if stage.look().ending.is_none() {
            stage.abandon_with(Disposition::Refund);
        }
        stage.run();
        books::at_the_end(&stage);
        assert!(stage.state(&wallet_key()).reserved().is_zero());
    }
}
