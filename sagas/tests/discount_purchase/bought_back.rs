//! A purchase that the registrar takes back once its shares are on their way to the target, or have left: what
//! did not leave falls with it, and what left is named with its figures and waits for a person.

use crate::{
    books::{self, cases},
    held::wallet_key,
    late::close,
    outside::{Verdict, rejection},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{Kind, State},
    modes::ConversionMode as Mode,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::ports::registrar::ApplicationAnswer;

/// The mode, the order that takes the shares out, and the row that waits for it.
const WAYS: [(Mode, &str, &str); 2] = [
    (Mode::NextDay, "convert", "conversion falls"),
    (Mode::RedeemToPurchase, "redeem", "redemption falls"),
];

/// Bought on the 2nd, and confirmed on the 3rd. The registrar has the order that takes the shares out.
fn leaving(mode: Mode, out: &str) -> Stage {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert(out.to_owned(), Verdict::Silence);
    stage.request(&request(mode));
    stage.clock("03-03 12:30");
    stage
}

fn rejects(stage: &mut Stage, name: &str) {
    stage.deliver(name, ApplicationAnswer::Rejected(rejection("0010", "a later record")));
}

/// A person accepts that nothing was bought.
fn accepts(stage: &mut Stage) {
    let open = cases(stage).into_iter().find(State::is_open);
    let case = open.as_ref().and_then(State::case).unwrap();
    assert_eq!(case.kind(), Kind::RejectedAfterConfirmed, "{}", stage.text());
    let reply = stage.command(close(case.id));
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.settle();
}

fn ends(stage: &Stage) -> Vec<String> {
    let ends = stage.look().open_ends;
    ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
}

#[test]
fn what_has_left_is_named_with_its_figures_and_waits_for_a_person() {
    for (mode, out, row) in WAYS {
        for left_first in [true, false] {
            let mut stage = leaving(mode, out);
            stage.clock("03-04 09:30");
            let leaves = |stage: &mut Stage| stage.confirmed(out, stage.confirmation(out));
            let context = |stage: &Stage| format!("{mode:?} {left_first}\n{}", stage.text());
            if left_first && mode == Mode::RedeemToPurchase {
                leaves(&mut stage);
            }
            rejects(&mut stage, "mmf");
            if left_first && mode == Mode::NextDay {
                leaves(&mut stage);
            }
            accepts(&mut stage);
            if !left_first {
                assert!(!stage.has("wallet.credit_reversed"), "{}", context(&stage));
                leaves(&mut stage);
            }
            stage.run();

            assert!(stage.is_parked(), "{}", context(&stage));
            assert_eq!(stage.look().stands_at, row, "{}", context(&stage));
            let mut owed = vec!["money_fund 1000.00", "missing 1000.00"];
            // What they brought is in dispute where they left after the purchase was gone.
            if mode == Mode::RedeemToPurchase && left_first {
                owed.insert(1, "target 1000.00");
            }
            assert_eq!(ends(&stage), owed, "{}", context(&stage));
            books::always(&stage);
        }
    }
}

#[test]
fn what_has_not_left_falls_with_the_purchase_and_the_money_goes_back() {
    for (mode, out, row) in WAYS {
        let mut stage = leaving(mode, out);
        rejects(&mut stage, "mmf");
        accepts(&mut stage);
        assert!(!stage.is_parked(), "{row} waits for the registrar's word\n{}", stage.text());

        stage.clock("03-04 09:30");
        rejects(&mut stage, out);
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.compensated"), "{}", stage.text());
        assert!(stage.state(&wallet_key()).registered().is_zero(), "{}", stage.text());
        assert!(stage.has("payment.refunded"), "{}", stage.text());
        books::at_the_end(&stage);
    }
}
