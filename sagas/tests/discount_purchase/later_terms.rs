//! A block of terms that comes into force between T and the leg that it is about: promised on it, or refused.
//! T is Monday 2026-03-02; the shares leave on the 3rd, and their money is here on the 4th.

use crate::{
    books,
    names::order,
    own_t::{confirmed_late, placed},
    stage::Stage,
    terms::{foreign, request, target, wallet},
};
use fundflow_domain::{
    application::{Applications, PromisedFee, Terms},
    fees::tiers::{AmountTiers, Charge},
    fund::FundTerms,
    ids::ApplicationNo,
    modes::ConversionMode as Mode,
    money::{Discount, ShareRounding},
    status::FundStatus,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;

/// Terms from that day on.
pub(crate) fn from(day: &str, fund: FundTerms, change: impl FnOnce(&mut FundTerms)) -> FundTerms {
    let mut fund = FundTerms {
        effective_from: day.parse().unwrap(),
        version: format!("{}-later", fund.code).parse().unwrap(),
        ..fund
    };
    change(&mut fund);
    fund
}

fn with(later: FundTerms) -> Stage {
    Stage::with(vec![wallet(), target(), foreign(), later], "10:00")
}

#[test]
fn what_is_promised_on_the_terms_of_its_own_day_is_carried_out_as_it_was_promised() {
    let slow = |fund: &mut FundTerms| fund.confirm_lag = 2;
    let rows = [
        (Mode::NextDay, from("2026-03-03", target(), slow), ["2026-03-03", "2026-03-05"]),
        (Mode::RedeemToPurchase, from("2026-03-04", foreign(), slow), ["2026-03-04", "2026-03-06"]),
    ];
    for (mode, later, days) in rows {
        let version = later.version.clone();
        let mut stage = with(later);
        assert!(matches!(stage.request(&request(mode)), Reply::Placed { .. }), "{mode:?}");
        let promised = stage.look().promise;
        assert_eq!(promised["target_terms"], version.as_str(), "{mode:?}");
        assert_eq!([&promised["nav_date"], &promised["confirm_by"]], days, "{mode:?}");
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert!(!stage.has("discount_purchase.readmitted"), "{}", stage.text());
        books::at_the_end(&stage);
    }
}

#[test]
fn what_a_later_leg_may_not_do_any_more_is_refused_before_anything_is_charged() {
    let rows = [
        (Mode::NextDay, from("2026-03-03", wallet(), |it| it.conversions.clear())),
        (Mode::NextDay, from("2026-03-03", target(), |it| it.status = FundStatus::PurchaseStopped)),
        (
            Mode::RedeemToPurchase,
            from("2026-03-03", wallet(), |it| {
                it.status = FundStatus::RedemptionStopped;
            }),
        ),
        (
            Mode::RedeemToPurchase,
            from("2026-03-04", foreign(), |it| {
                it.status = FundStatus::PurchaseStopped;
            }),
        ),
    ];
    for (mode, later) in rows {
        let name = format!("{mode:?} {}", later.version);
        let mut stage = with(later);
        let reply = stage.request(&request(mode));
        assert!(matches!(reply, Reply::Refused(..)), "{name}: {reply:?}");
        assert!(stage.events.is_empty(), "{name}: {}", stage.text());
    }
}

/// The registrar takes the target's order after the cut-off of its day; later terms begin with the next.
fn taken_late(mode: Mode, (name, day): (&str, &str), later: FundTerms) -> Terms {
    let mut stage = with(later);
    assert!(matches!(stage.request(&request(mode)), Reply::Placed { .. }), "{mode:?}");
    stage.outside.down.insert(name.to_owned());
    stage.clock(&format!("{day} 16:00"));
    stage.outside.down.clear();
    stage.run();
    let order = format!("TX-1.{name}").parse().unwrap();
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order));
    stage.state(&key).application().unwrap().terms.clone()
}

#[test]
fn what_is_taken_late_is_applied_for_as_the_later_t_promises_it() {
    let dear = from("2026-03-04", wallet(), |it| it.conversions[0].topup_discount = Discount::NONE);
    let order = taken_late(Mode::NextDay, ("convert", "03-03"), dear);
    assert_eq!(order.trade_date.to_string(), "2026-03-04");
    let full = Charge::Rate("0.015".parse().unwrap());
    assert_eq!(
        (&order.promised.fee, order.promised.discount),
        (&PromisedFee::Charge(full), Discount::NONE)
    );
    assert_eq!(order.ask.topup_discount(), Some(Discount::NONE), "file 03 says the same");

    let one = Charge::Rate("0.01".parse().unwrap());
    let other = from("2026-03-05", foreign(), |it| {
        it.fees.purchase = AmountTiers::flat(one);
        it.share_rounding = ShareRounding::Truncate;
    });
    let order = taken_late(Mode::RedeemToPurchase, ("target", "03-04"), other);
    assert_eq!(order.trade_date.to_string(), "2026-03-05");
    assert_eq!(order.promised.fee, PromisedFee::Charge(one));
    assert_eq!(order.rounding, ShareRounding::Truncate);
}

/// The discount that the order of that name was promised.
fn discount(stage: &Stage, name: &str) -> String {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
    let known = stage.state(&key);
    known.application().unwrap().terms.promised.discount.to_string()
}

#[test]
fn terms_that_are_published_again_word_for_word_change_no_fee() {
    for day in ["2026-03-03", "2026-03-04"] {
        let mut stage = with(from(day, wallet(), |_| ()));
        placed(&mut stage, Mode::NextDay);
        assert_eq!(stage.look().promise["discount_rule"], "wallet-0", "{day}");
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(discount(&stage, "convert"), "0.0000", "{day}");
        books::at_the_end(&stage);
    }
}

/// The money is here on the 4th, and a trading day later where the purchase is confirmed late. Only the
/// order that buys the target has its discount.
#[test]
fn a_campaign_counts_on_the_day_on_which_money_buys_the_target() {
    let rows = [
        (["2026-03-02", "2026-03-03"], ["1.0000", "1.0000"]),
        (["2026-03-03", "2026-03-04"], ["0.1000", "1.0000"]),
        (["2026-03-04", "2026-03-31"], ["0.1000", "0.1000"]),
        (["2026-03-05", "2026-03-05"], ["1.0000", "0.1000"]),
    ];
    for ([from, until], discounts) in rows {
        for (is_late, expected) in [false, true].into_iter().zip(discounts) {
            let mut fund = foreign();
            let dear = r#"[{"from":"0","rate":"0.008"}]"#;
            fund.fees.purchase = serde_json::from_str(dear).unwrap();
            fund.discounts = serde_json::from_value(serde_json::json!([{ "id": "spring",
                "source": "campaign", "multiplier": "0.1", "from": from, "until": until }]))
            .unwrap();
            let mut stage = Stage::with(vec![wallet(), target(), fund], "10:00");
            placed(&mut stage, Mode::RedeemToPurchase);
            if is_late {
                confirmed_late(&mut stage);
            }
            stage.run();
            let of = ["mmf", "redeem", "target"].map(|name| discount(&stage, name));
            assert_eq!(of, ["1.0000", "1.0000", expected], "{from} {until} {is_late}");
        }
    }
}
