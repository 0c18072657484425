//! A process whose catalogue lacks a fund: the purchase waits with the fund and the day, and goes on by
//! itself in the next one that has it.

use crate::{
    books,
    stage::Stage,
    terms::{FOREIGN, TARGET, WALLET, foreign, request, target, wallet},
};
use fundflow_domain::{fund::FundTerms, modes::ConversionMode as Mode};

/// The process dies, and another starts on that catalogue.
fn restarted(stage: &mut Stage, funds: Vec<FundTerms>) {
    let with = Stage::with(funds, "10:00");
    (stage.saga, stage.runner) = (with.saga, with.runner);
    stage.crash();
}

#[test]
fn who_lacks_the_terms_of_a_fund_waits_and_goes_on_in_a_process_that_has_them() {
    let all = || vec![wallet(), target(), foreign()];
    let modes = [
        (Mode::NextDay, TARGET, "2026-03-03"),
        (Mode::NextDay, WALLET, "2026-03-02"),
        (Mode::RedeemToPurchase, WALLET, "2026-03-02"),
        (Mode::RedeemToPurchase, FOREIGN, "2026-03-04"),
    ];
    for (mode, lacking, day) in modes {
        let mut stage = Stage::at("10:00");
        stage.request(&request(mode));
        stage.settle();
        let funds = all().into_iter().filter(|it| it.code.as_str() != lacking).collect();
        restarted(&mut stage, funds);
        stage.run();
        let parked = stage.look().parked.map(|(_, cause)| cause).unwrap();
        let text = format!("{mode:?} {lacking}: {}\n{}", parked.text, stage.text());
        assert_eq!(&*parked.code, "not_listed", "{text}");
        assert!(parked.text.contains(&format!("no terms of fund {lacking} for {day}")), "{text}");

        restarted(&mut stage, all());
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{text}");
        books::at_the_end(&stage);
    }
}
