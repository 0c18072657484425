//! What a registrar confirms in part goes on as it is: minima and steps are of what the investor ordered.
//! On its promised T, and on a later one.

use crate::{
    books,
    outside::Verdict,
    own_t::placed,
    stage::Stage,
    terms::{foreign, target, wallet},
};
use fundflow_domain::{fund::FundTerms, modes::ConversionMode as Mode};

/// Orders of 600 at least, in steps of 200: 1,000 is one, and its half is none.
fn choosy(mut fund: FundTerms) -> FundTerms {
    let limits = &mut fund.limits.individual;
    limits.first_min = "600".parse().unwrap();
    limits.additional_min = limits.first_min;
    limits.step = "200".parse().ok();
    fund
}

#[test]
fn what_is_left_of_an_order_below_the_targets_minimum_is_bought_on_any_t() {
    let rows = [
        (Mode::NextDay, "mmf"),
        (Mode::RedeemToPurchase, "mmf"),
        (Mode::RedeemToPurchase, "redeem"),
    ];
    for (mode, half) in rows {
        for is_late in [false, true] {
            let mut pair = wallet();
            pair.conversions[0].shares_min = "600".parse().unwrap();
            let funds = vec![pair, choosy(target()), choosy(foreign())];
            let mut stage = Stage::with(funds, "10:00");
            placed(&mut stage, mode);
            if is_late {
                stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
                stage.clock("03-03 16:00");
                stage.outside.verdicts.clear();
            }
            stage.outside.verdicts.insert(half.to_owned(), Verdict::Half);
            stage.run();
            let ending = stage.look().ending;
            let name = format!("{mode:?} {half} {is_late}");
            assert_eq!(ending, Some("discount_purchase.completed"), "{name}\n{}", stage.text());
            assert_eq!(stage.has("discount_purchase.readmitted"), is_late, "{name}");
            books::at_the_end(&stage);
        }
    }
}

/// A later T with a greater minimum than what was ordered takes none of it.
#[test]
fn a_later_t_asks_for_its_own_minimum_of_what_was_ordered() {
    for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
        let mut dear = [target(), foreign()];
        for fund in &mut dear {
            let day = if mode == Mode::NextDay { "2026-03-04" } else { "2026-03-05" };
            fund.effective_from = day.parse().unwrap();
            fund.version = "dear".parse().unwrap();
            fund.limits.individual.first_min = "1001".parse().unwrap();
        }
        let mut funds = vec![wallet(), target(), foreign()];
        funds.extend(dear);
        let mut stage = Stage::with(funds, "10:00");
        placed(&mut stage, mode);
        stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
        stage.clock("03-03 16:00");
        stage.outside.verdicts.clear();
        stage.run();
        let ending = match mode {
            Mode::RedeemToPurchase => "discount_purchase.paid_out",
            Mode::Held | Mode::LinkedSameDay | Mode::NextDay => "discount_purchase.kept_in_wallet",
        };
        assert_eq!(stage.look().ending, Some(ending), "{mode:?}\n{}", stage.text());
        books::at_the_end(&stage);
    }
}
