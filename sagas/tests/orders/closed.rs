//! What is said of a saga that a person gave up: what the other side had not said by then, and no more.

use crate::stage::{InHouse, Stage};
use fundflow_domain::fund::ConversionFeeMethod;
use fundflow_runtime::process::Disposition;
use fundflow_sagas::{conversion::Conversion, purchase::Purchase, redemption::Redemption};

const UNPAID: &str = "closed by a person before the bank had said whether the money was taken";
const UNTAKEN: &str = "closed by a person before the registrar had said whether it takes the order";
const UNDONE: &str = "closed by a person before the registrar had said what becomes of the order";

/// Counterparty that stays silent.
#[derive(Debug, Clone, Copy)]
enum Mute {
    Bank,
    Registrar,
    Nobody,
}

fn because<S: InHouse>(mut stage: Stage, mute: Mute, request: S::Request) -> String {
    stage.outside.deaf = matches!(mute, Mute::Registrar);
    if matches!(mute, Mute::Bank) {
        stage.outside.mute.insert("X.buy.pay".to_owned());
    }
    stage.request::<S>("X", request);
    stage.until("02-24 10:05");
    stage.abandon_with::<S>("X", Disposition::Refund);
    stage.until("02-24 10:06");
    stage.look::<S>("X").failure.unwrap().text.to_string()
}

#[test]
fn who_gives_up_is_said_to_have_done_so_before_what_was_not_said_yet() {
    let purchase =
        |mute| because::<Purchase>(crate::purchase::stage(), mute, crate::purchase::request());
    let redemption = |mute| {
        because::<Redemption>(crate::redemption::stage(), mute, crate::redemption::request())
    };
    let conversion = |mute| {
        because::<Conversion>(
            crate::conversion::stage(ConversionFeeMethod::FeeDifference),
            mute,
            crate::conversion::request(),
        )
    };
    for (said, expected) in [
        (purchase(Mute::Bank), UNPAID),
        (purchase(Mute::Registrar), UNTAKEN),
        (purchase(Mute::Nobody), UNDONE),
        (redemption(Mute::Registrar), UNTAKEN),
        (redemption(Mute::Nobody), UNDONE),
        (conversion(Mute::Registrar), UNTAKEN),
        (conversion(Mute::Nobody), UNDONE),
    ] {
        assert_eq!(said, expected);
    }
}
