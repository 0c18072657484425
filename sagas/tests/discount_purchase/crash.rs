//! Processes that die, facts that are heard twice, answers that are lost: the ending is the same.

use crate::{
    books,
    held::holding,
    outside::{Fate, Verdict},
    stage::{Stage, tx},
    terms::request,
};
use fundflow_domain::modes::ConversionMode as Mode;
use fundflow_runtime::message::{Answered, What};

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
                let name = crate::stage::name_of(&effect.key);
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
