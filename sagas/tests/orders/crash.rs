//! A process that dies after any append ends where one that lives does.

use crate::{
    conversion, limits, outside, plan, plan_by_wallet, purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::fund::ConversionFeeMethod;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion, purchase::Purchase, redemption::Redemption, regular_plan::RegularPlans,
};

/// What must be the same.
fn outcome<S: InHouse>(stage: &Stage, id: &str) -> (Option<&'static str>, Vec<String>, String) {
    let look = stage.look::<S>(id);
    let shares = ["011162", "001546", "018145"].map(|fund| {
        let held = stage.shares(fund);
        format!("{} {} {}", held.registered(), held.reserved(), held.held())
    });
    assert!(look.parked.is_none(), "{}", stage.text());
    assert_eq!(look.open_ends, [], "{}", stage.text());
    let counted = stage.events.iter().filter(|it| it.stream.category() == "day_limit");
    let counted: Vec<_> =
        counted.map(|it| format!("{} {}", it.stream, it.event.event_type)).collect();
    let moved = format!("{:?} {counted:?}", stage.outside.moved);
    (look.ending, shares.to_vec(), moved)
}

fn dies_anywhere<S: InHouse>(id: &str, play: impl Fn(&mut Stage), stage: impl Fn() -> Stage) {
    let mut whole = stage();
    play(&mut whole);
    let expected = outcome::<S>(&whole, id);
    assert!(expected.0.is_some(), "{}", whole.text());
    let mut deaths = 0;
    loop {
        let mut dying = stage();
        dying.fuse = Some(deaths);
        play(&mut dying);
        if dying.fuse.is_some() {
            break;
        }
        assert_eq!(outcome::<S>(&dying, id), expected, "died at {deaths}\n{}", dying.text());
        deaths += 1;
    }
    assert!(deaths >= 8, "it died {deaths} times only");
}

/// Whoever has no reply asks again.
fn insist<S: InHouse>(stage: &mut Stage, id: &str, request: S::Request)
where
    S::Request: 'static,
{
    if !matches!(stage.request::<S>(id, request.clone()), Reply::Placed { .. }) {
        let reply = stage.request::<S>(id, request);
        assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    }
}

#[test]
fn a_purchase_in_two_records_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<Purchase>(stage, "P", purchase::request());
        stage.until("02-13 14:55");
        let first = ["4000", "59.11", "0", "1.2345", "3192.30"];
        let second = ["5000", "73.89", "1000", "1.2345", "3990.37"];
        let first = outside::bought_part("C1", "2026-02-24", false, first);
        stage.outside.says("P.buy", purchase::CONFIRMED_AT, first);
        stage.until("02-24 18:00");
        assert_eq!(stage.shares("011162").registered(), "3192.30".parse().unwrap());
        let second = outside::bought("C2", "2026-02-25", second);
        stage.outside.says("P.buy", "2026-02-25T09:00:00+08:00", second);
        stage.until("03-02 18:00");
    };
    dies_anywhere::<Purchase>("P", play, purchase::stage);
}

#[test]
fn a_disputed_and_corrected_purchase_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<Purchase>(stage, "P", purchase::request());
        stage.until("02-13 14:55");
        let wrong = ["10000", "147.78", "0", "1.2345", "798074.00"];
        let wrong = outside::bought("C1", "2026-02-24", wrong);
        stage.outside.says("P.buy", purchase::CONFIRMED_AT, wrong);
        stage.until("02-24 18:00");
        assert_eq!(stage.shares("011162").available(), "7980.74".parse().unwrap());
        let right = outside::bought("C2", "2026-02-24", purchase::NUMBERS);
        stage.outside.says("P.buy", "2026-02-24T19:00:00+08:00", right);
        stage.until("03-02 18:00");
    };
    dies_anywhere::<Purchase>("P", play, purchase::stage);
}

#[test]
fn a_failed_raising_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<Purchase>(stage, "P", subscription::request());
        let received = outside::received("R1", "2026-02-24");
        stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received);
        stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", outside::rejected("2.35"));
        stage.until("03-09 18:00");
    };
    dies_anywhere::<Purchase>("P", play, subscription::stage);
}

#[test]
fn a_huge_redemption_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<Redemption>(stage, "R", redemption::request());
        redemption::huge(stage);
        stage.until("03-09 18:00");
    };
    dies_anywhere::<Redemption>("R", play, redemption::stage);
}

#[test]
fn a_conversion_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<Conversion>(stage, "C", conversion::request());
        let said = outside::converted("K1", "2026-02-24", conversion::BY_FEES);
        stage.outside.says("C.convert", conversion::CONFIRMED_AT, said);
        stage.until("03-02 18:00");
    };
    dies_anywhere::<Conversion>("C", play, || {
        conversion::stage(ConversionFeeMethod::FeeDifference)
    });
}

#[test]
fn a_plan_with_a_miss_and_a_success_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<RegularPlans>(stage, "PLAN", plan::terms());
        stage.outside.declines.insert("PLAN.20260224.buy.pay".into());
        for day in ["02-24", "02-25", "02-26", "02-27"] {
            stage.until(&format!("{day} 09:30"));
            plan::job(stage);
            plan::job(stage);
            stage.until(&format!("{day} 09:31"));
            let no = format!("PLAN.2026{}.buy", day.replace('-', ""));
            stage.outside.says(&no, "2026-02-27T12:00:00+08:00", outside::rejected("0"));
        }
        stage.until("03-30 18:00");
    };
    let stage = || Stage::with(vec![crate::funds::equity()], "02-13 10:00");
    dies_anywhere::<RegularPlans>("PLAN", play, stage);
}

#[test]
fn a_purchase_that_the_registrar_takes_for_the_next_t_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<Purchase>(stage, "P", purchase::request());
        stage.outside.deaf = true;
        stage.until("02-13 16:59");
        stage.outside.deaf = false;
        let numbers = ["10000", "147.78", "0", "1.3071", "7537.46"];
        let said = outside::bought("C1", "2026-02-25", numbers);
        stage.outside.says("P.buy", "2026-02-25T09:00:00+08:00", said);
        stage.until("03-02 18:00");
    };
    dies_anywhere::<Purchase>("P", play, || limits::capped("reject_whole"));
}

#[test]
fn a_plan_by_way_of_a_wallet_survives_any_death() {
    let play = |stage: &mut Stage| {
        insist::<RegularPlans>(stage, "PLAN", plan_by_wallet::terms());
        stage.outside.declines.insert("PLAN.20260226.mmf.pay".into());
        for day in ["02-24", "02-25", "02-26", "02-27"] {
            stage.until(&format!("{day} 09:30"));
            plan::job(stage);
            plan::job(stage);
            let said = outside::bought("C1", "2026-02-25", plan_by_wallet::OF_WALLET);
            stage.outside.says("PLAN.20260224.mmf", plan_by_wallet::NEXT_MORNING, said);
            let said = outside::converted("K1", "2026-02-25", plan_by_wallet::INTO_TARGET);
            stage.outside.says("PLAN.20260224.convert", plan_by_wallet::NEXT_MORNING, said);
            let (no, at) = (format!("PLAN.2026{}.convert", day.replace('-', "")), "2026-03-02");
            if day != "02-24" {
                let at = format!("{at}T12:00:00+08:00");
                stage.outside.says(&no, &at, outside::rejected("0"));
                stage.outside.says(&no.replace("convert", "mmf"), &at, outside::rejected("0"));
            }
        }
        stage.until("03-30 18:00");
    };
    let stage = || Stage::with(vec![crate::funds::wallet(), crate::funds::equity()], "02-13 10:00");
    dies_anywhere::<RegularPlans>("PLAN", play, stage);
}
