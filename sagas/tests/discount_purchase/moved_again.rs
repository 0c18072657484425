//! When T moves: in which mode the purchase goes on, whether the investor is still fit for it, and whether those
//! can be called who would carry it out. T moves from Monday 2026-03-02 to Tuesday.

use crate::{
    books::{self, counted, t_of},
    later_terms::from,
    moved::{accepted_late, late},
    offers::{ask, ports},
    outside::Fate,
    stage::Stage,
    terms::{FOREIGN, TARGET, asked, capped, foreign, request, target, wallet},
};
use fundflow_domain::{
    fund::{FundTerms, ProductRisk},
    limits::ExcessPolicy,
    modes::ConversionMode as Mode,
    status::FundStatus,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::discount_purchase::{Asked, Request};

const TUESDAY: &str = "2026-03-03";

type Change = fn(&mut FundTerms);

/// The investor names no mode.
fn any() -> Request {
    Request { mode: None, ..request(Mode::LinkedSameDay) }
}

fn unlinked(fund: &mut FundTerms) {
    fund.linked_processing = false;
}

/// At another registrar, where it is bought without a fee.
fn elsewhere(fund: &mut FundTerms) {
    fund.registrar = "06".parse().unwrap();
    fund.fees.purchase = foreign().fees.purchase;
}

fn at(now: &str, later: impl IntoIterator<Item = FundTerms>) -> Stage {
    let capped = |fund| capped(fund, "1500", ExcessPolicy::RejectWhole);
    let mut funds = vec![wallet(), capped(target()), foreign()];
    funds.extend(later);
    Stage::with(funds, now)
}

/// From Tuesday on the target is as that says.
fn then(change: Change) -> Vec<FundTerms> {
    vec![from(TUESDAY, capped(target(), "1500", ExcessPolicy::RejectWhole), change)]
}

/// Ended so, with the books in order, and why.
#[track_caller]
fn ended(stage: &mut Stage, ending: &str) -> Option<(String, String)> {
    stage.run();
    let look = stage.look();
    assert_eq!(look.ending, Some(ending), "{}", stage.text());
    books::at_the_end(stage);
    look.failure.map(|cause| (cause.code.to_string(), cause.text.to_string()))
}

/// The mode that is promised now, and the table that it goes on by.
fn goes_on(stage: &Stage) -> (String, String) {
    let again = stage.events.iter().rfind(|it| it.event.event_type.ends_with(".readmitted"));
    let again: serde_json::Value = serde_json::from_str(&again.unwrap().event.data).unwrap();
    let mode = again["admitted"]["mode"].as_str().unwrap().to_owned();
    assert_eq!(again["table"].as_str().unwrap_or("linked.v3"), stage.look().table.as_str());
    (mode, stage.look().table.to_string())
}

/// The target counts on the T of its own order, and nowhere else.
fn counts_on(stage: &Stage, day: &str) {
    for on in ["03-02", "03-03", "03-04", "03-05"] {
        let much = if on == day { "1000" } else { "0" };
        assert_eq!(counted(stage, "TX-1", TARGET, on), much.parse().unwrap(), "{on}");
    }
}

#[test]
fn where_no_mode_was_named_the_earliest_price_of_the_later_t_is_taken() {
    let rows: [(Change, [&str; 2], &str, &str); 3] = [
        (|_| {}, ["linked_same_day", "linked.v3"], "convert", "03-03"),
        (unlinked, ["next_day", "next_day.v3"], "convert", "03-04"),
        (elsewhere, ["redeem_to_purchase", "redeem_to_purchase.v2"], "target", "03-05"),
    ];
    for (change, [mode, table], order, priced) in rows {
        let paid_late = late(at("14:59:30", then(change)), &any());
        let taken_late = accepted_late(at("14:00", then(change)), &any());
        for mut stage in [paid_late, taken_late] {
            assert_eq!(goes_on(&stage), (mode.to_owned(), table.to_owned()));
            assert_eq!(ended(&mut stage, "discount_purchase.completed"), None, "{mode}");
            assert_eq!(t_of(&stage, "mmf"), TUESDAY);
            assert_eq!(t_of(&stage, order), format!("2026-{priced}"), "{mode}");
            counts_on(&stage, priced);
        }
    }
}

/// The target takes nothing on Tuesday alone. No later price day is the investor's wish.
#[test]
fn where_the_target_is_closed_on_the_later_t_the_money_goes_back_whoever_chose_the_mode() {
    let closed = || {
        let shut = |fund: &mut FundTerms| fund.status = FundStatus::PurchaseStopped;
        let target = || capped(target(), "1500", ExcessPolicy::RejectWhole);
        vec![from(TUESDAY, target(), shut), from("2026-03-04", target(), |_| {})]
    };
    for request in [any(), request(Mode::LinkedSameDay)] {
        let mut stage = late(at("14:59:30", closed()), &request);
        let (code, text) = ended(&mut stage, "discount_purchase.rolled_back").unwrap();
        assert_eq!(code, "not_admitted", "{text}");
        counts_on(&stage, "-");
    }
}

#[test]
fn an_earlier_price_than_was_promised_is_taken_too() {
    let was = FundTerms { linked_processing: false, ..target() };
    let linked = from(TUESDAY, target(), |_| {});
    let mut stage = late(Stage::with(vec![wallet(), was, linked], "14:59:30"), &any());
    assert_eq!(goes_on(&stage), ("linked_same_day".to_owned(), "linked.v3".to_owned()));
    assert_eq!(ended(&mut stage, "discount_purchase.completed"), None);
    assert_eq!(t_of(&stage, "convert"), TUESDAY);
}

#[test]
fn a_mode_that_was_named_goes_back_with_those_in_which_it_would_be_taken() {
    let rows: [(Change, &str); 3] = [
        (unlinked, "next_day, redeem_to_purchase"),
        (elsewhere, "redeem_to_purchase"),
        // Only what can be carried out is named: its purchases have stopped by then.
        (
            |fund| {
                elsewhere(fund);
                fund.status = FundStatus::PurchaseStopped;
            },
            "none (redeem_to_purchase: fund 011162 takes no purchases on 2026-03-05: purchase stopped)",
        ),
    ];
    for (change, possible) in rows {
        let mut stage = late(at("14:59:30", then(change)), &request(Mode::LinkedSameDay));
        let (code, text) = ended(&mut stage, "discount_purchase.rolled_back").unwrap();
        let says =
            format!("conversion mode linked_same_day is not possible here; possible: {possible}");
        assert_eq!((code.as_str(), text), ("not_admitted", says));
        counts_on(&stage, "-");
    }
}

/// Whoever dies in the middle comes to the same.
#[test]
fn a_change_of_mode_survives_a_death_at_every_append() {
    for change in [unlinked, elsewhere] {
        let alive = late(at("14:59:30", then(change)), &any());
        for fuse in 0..12 {
            let mut stage = at("14:59:30", then(change));
            stage.request(&any());
            stage.now = stage.now.plus_millis(40_000);
            (stage.fuse, stage.acted) = (Some(fuse), true);
            stage.go("mmf.pay");
            stage.run();
            assert_eq!(goes_on(&stage), goes_on(&alive), "{fuse}");
            assert_eq!(ended(&mut stage, "discount_purchase.completed"), None, "{fuse}");
        }
    }
}

/// The request, by an investor of that questionnaire and document.
fn asked_for(mut stage: Stage, request: &Request, who: &Asked) -> Stage {
    assert!(matches!(ask(&mut stage, request, who), Reply::Placed { .. }));
    stage.now = stage.now.plus_millis(40_000);
    stage.go("mmf.pay");
    stage
}

#[test]
fn an_investor_who_is_no_longer_fit_for_the_later_t_has_the_money_back() {
    let mut who = [asked(), asked(), asked()];
    who[0].investor.questionnaire_valid_until = "2026-03-02".parse().unwrap();
    who[1].investor.id_valid_until = "2026-03-02".parse().unwrap();
    let riskier = || then(|fund| fund.risk = ProductRisk::R4);
    let rows = [
        (&who[0], Vec::new(), "the risk questionnaire q-1 is valid until 2026-03-02, and"),
        (&who[1], Vec::new(), "the identity document is valid until 2026-03-02, and"),
        (&who[2], riskier(), "an investor of level C3 must confirm the warning"),
    ];
    for (who, later, why) in rows {
        let linked = request(Mode::LinkedSameDay);
        let mut paid_late = asked_for(at("14:59:30", later.clone()), &linked, who);
        let (code, text) = ended(&mut paid_late, "discount_purchase.rolled_back").unwrap();
        assert!(code == "not_admitted" && text.starts_with(why), "{code}: {text}");

        let mut taken_late = at("14:00", later);
        taken_late.outside.fate("mmf", [Fate::Lost; 40]);
        ask(&mut taken_late, &linked, who);
        taken_late.clock("17:00");
        taken_late.outside.fates.clear();
        let (code, text) = ended(&mut taken_late, "discount_purchase.compensated").unwrap();
        assert!(code == "not_admitted" && text.starts_with(why), "{code}: {text}");
    }
}

/// The warning is the investor's signature on this order: it is not asked for again.
#[test]
fn a_warning_that_was_confirmed_for_the_order_stands_on_the_later_t() {
    let mut who = asked();
    who.investor.risk = fundflow_domain::investor::InvestorRisk::C2;
    who.warning_confirmed = Some("risk-warning-2017".parse().unwrap());
    let stage = at("14:59:30", then(|_| {}));
    let mut stage = asked_for(stage, &request(Mode::LinkedSameDay), &who);
    assert_eq!(ended(&mut stage, "discount_purchase.completed"), None);
}

/// A product that is rated anew changes no order of the T that was promised, and any of another.
#[test]
fn a_target_that_is_rated_anew_is_bought_on_the_promised_t_and_on_no_later_one() {
    let riskier = |fund: &mut FundTerms| fund.risk = ProductRisk::R5;
    for (day, is_late, ending) in [
        (TUESDAY, false, "discount_purchase.completed"),
        ("2026-03-04", true, "discount_purchase.kept_in_wallet"),
    ] {
        let mut stage = Stage::at("10:00");
        stage.request(&request(Mode::NextDay));
        // The terms are published once the money is paid.
        let known = Stage::with(vec![wallet(), target(), from(day, target(), riskier)], "10:00");
        (stage.saga, stage.now) = (known.saga, crate::names::at("10:05"));
        stage.settle();
        stage.crash();
        if is_late {
            stage.outside.down.insert("convert".to_owned());
            stage.clock("03-03 16:00");
            stage.outside.down.clear();
        }
        let why = ended(&mut stage, ending);
        assert_eq!(why.map(|(code, _)| code), is_late.then(|| "not_admitted".to_owned()));
    }
}

#[test]
fn what_nobody_can_be_called_for_on_the_later_t_goes_back_and_says_why() {
    let to_six = |fund: FundTerms| from(TUESDAY, fund, elsewhere);
    let rows = [
        (any(), then(elsewhere), "registrar 06 of fund 011162"),
        (any(), vec![to_six(wallet()), then(elsewhere).remove(0)], "registrar 06 of fund 000730"),
        (request(Mode::RedeemToPurchase), vec![to_six(wallet())], "registrar 06 of fund 000730"),
    ];
    for (request, later, who) in rows {
        let funds = |stage: &mut Stage| stage.runner.set_ports(ports(&["bank", "ta-05", "ta-07"]));
        let mut here =
            vec![from("2026-01-01", foreign(), |it| it.registrar = "07".parse().unwrap())];
        here.extend(later);
        let mut stage = at("14:59:30", here.clone());
        funds(&mut stage);
        if request.target_fund.as_str() == FOREIGN {
            // Its redemption is on Tuesday already: it is not taken at all.
            let Reply::NotActed(no) = stage.request(&request) else { panic!("{who}") };
            assert!(no.to_string().contains(who), "{no}");
            assert!(stage.events.is_empty());
            continue;
        }
        let mut stage = late(stage, &request);
        let (code, text) = ended(&mut stage, "discount_purchase.rolled_back").unwrap();
        let says =
            format!("{who} cannot be called for 2026-03-03: no port ta-06 is registered for it");
        assert_eq!((code.as_str(), text), ("no_port", says));
        counts_on(&stage, "-");
    }
}

#[test]
fn an_order_that_is_with_another_registrar_than_the_later_ts_is_taken_back() {
    let to_six = [wallet(), target()].map(|fund| from(TUESDAY, fund, elsewhere));
    let mut stage = accepted_late(at("14:00", to_six), &any());
    let (code, text) = ended(&mut stage, "discount_purchase.compensated").unwrap();
    assert_eq!(code, "other_registrar");
    assert_eq!(
        text,
        "fund 000730 is at registrar 06 on 2026-03-03, and registrar 05 has the order"
    );
}

/// The conversion is for Tuesday, and its time has passed when the purchase is confirmed.
#[test]
fn a_conversion_that_its_own_later_t_cannot_carry_out_leaves_the_shares_in_the_wallet() {
    let wednesday = |fund| from("2026-03-04", fund, elsewhere);
    let rows = [
        (
            vec![wednesday(target())],
            "not_admitted",
            "fund 011162 is at registrar 06 on 2026-03-04, and fund 000730 at 05: the shares cannot be converted",
        ),
        (
            vec![wednesday(target()), wednesday(wallet())],
            "no_port",
            "registrar 06 of fund 000730 cannot be called for 2026-03-04: no port ta-06 is registered for it",
        ),
    ];
    for (later, code, says) in rows {
        let mut stage = at("10:00", later);
        stage.runner.set_ports(ports(&["bank", "ta-05"]));
        stage.request(&request(Mode::NextDay));
        crate::own_t::confirmed_late(&mut stage);
        let why = ended(&mut stage, "discount_purchase.kept_in_wallet");
        assert_eq!(why, Some((code.to_owned(), says.to_owned())));
    }
}
