//! The end of one stream is cut off, and what was decided later stands: the audit says so.

use crate::{
    audited,
    cut::unseen,
    held::holding,
    outside::{Fate, Verdict},
    stage::Stage,
    terms::request,
};
use fundflow_domain::modes::ConversionMode as Mode;

const MODES: [Mode; 4] = [Mode::LinkedSameDay, Mode::NextDay, Mode::Held, Mode::RedeemToPurchase];

fn stage(mode: Mode) -> Stage {
    if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") }
}

#[track_caller]
fn nothing_is_missed(mut stage: Stage, mode: Mode) {
    stage.request(&request(mode));
    stage.run();
    let report = |log: &[_]| audited::report(log, stage.kinds());
    audited::adds_up(&report(&stage.events), || stage.text());
    let missed = unseen(&stage.events, |log| audited::is_named(&report(log)));
    assert_eq!(missed, [""; 0], "{mode:?}\n{}", stage.text());
}

#[test]
fn a_purchase_that_lacks_the_end_of_one_of_its_streams_is_found() {
    for mode in MODES {
        nothing_is_missed(stage(mode), mode);
    }
}

#[test]
fn a_purchase_that_went_back_and_lacks_the_end_of_one_of_its_streams_is_found() {
    for mode in MODES {
        for who in ["mmf.pay", "mmf", "convert", "redeem", "target"] {
            let mut refused = stage(mode);
            refused.outside.fate(who, [Fate::Refused]);
            nothing_is_missed(refused, mode);
            let mut rejected = stage(mode);
            rejected.outside.verdicts.insert(who.to_owned(), Verdict::Rejected);
            nothing_is_missed(rejected, mode);
        }
    }
}
