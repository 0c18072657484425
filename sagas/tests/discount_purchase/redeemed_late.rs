//! A redemption that leaves the money fund late: its money buys the target on another day.

use crate::{
    books::{self, counted, t_of},
    own_t::{capped_at, placed, used, yuan},
    stage::Stage,
    terms::FOREIGN,
};
use fundflow_domain::{limits::ExcessPolicy as Policy, modes::ConversionMode as Mode};

#[test]
fn a_redemption_that_leaves_late_moves_the_targets_day_at_once() {
    for is_sent in [true, false] {
        for fits in [true, false] {
            let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
            placed(&mut stage, Mode::RedeemToPurchase);
            if !fits {
                used(&mut stage, FOREIGN, "03-05", "600");
            }
            // The purchase is confirmed on the 3rd, and the redemption is the registrar's on the 4th.
            let name = if is_sent { "redeem" } else { "mmf" };
            stage.clock(if is_sent { "03-03 08:00" } else { "03-03 00:00" });
            stage.outside.down.insert(name.to_owned());
            stage.clock("03-03 16:00");
            stage.outside.down.clear();
            stage.clock("03-03 23:00");
            assert_eq!(t_of(&stage, "redeem"), "2026-03-04", "{}", stage.text());
            let both = ["03-04", "03-05"].map(|day| counted(&stage, "TX-1", FOREIGN, day));
            let there = if fits { "1000" } else { "0" };
            assert_eq!(both, [yuan("0"), yuan(there)], "{is_sent} {fits}\n{}", stage.text());
            stage.run();
            let ending = if fits { "completed" } else { "paid_out" };
            let ending = format!("discount_purchase.{ending}");
            assert_eq!(stage.look().ending, Some(&*ending), "{}", stage.text());
            books::at_the_end(&stage);
        }
    }
}
