//! A block of terms that comes into force after T, and before what the order still has to do. T is Friday
//! 2026-02-13; shares that are bought then leave on 2026-02-24, and their money is here a trading day later.

use super::{
    again::{Readmission, readmit},
    fixture::*,
    later::Later,
    *,
};
use crate::status::{ConvertStatus, FundStatus};
use ConversionMode as Mode;
use std::collections::BTreeSet;

/// Terms of one of the two funds from that day on.
fn from(day: &str, fund: FundTerms, change: impl FnOnce(&mut FundTerms)) -> Arc<FundTerms> {
    let mut fund = fund;
    fund.effective_from = day.parse().unwrap();
    fund.version = format!("{}-later", fund.code).parse().unwrap();
    fund.fees.version = fund.version.clone();
    change(&mut fund);
    Arc::new(fund)
}

/// The request, where those terms follow.
fn followed_by(terms: &[Arc<FundTerms>]) -> Admission {
    let a = request();
    let t = a.calendar.t_of(a.at).unwrap();
    let later = Later::of(&a.calendar, t, (&a.wallet_fund, &a.target_fund), |code, day| {
        let of = terms.iter().filter(|it| it.code == code && it.effective_from <= day);
        of.max_by_key(|it| it.effective_from).cloned()
    });
    Admission { later, ..a }
}

/// What is said of each mode.
fn said(a: &Admission) -> [String; 3] {
    [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase].map(|mode| {
        match admit(&Admission { mode: Some(mode), ..a.clone() }) {
            Ok(admitted) => {
                let [of, by] = [admitted.nav_date, admitted.confirm_by].map(|day| day.to_string());
                format!("{of} {by} {} {}", admitted.target_terms, admitted.fee_schedule)
            }
            Err(refusal) => refusal.to_string(),
        }
    })
}

#[test]
fn each_leg_is_promised_on_the_terms_of_its_own_day() {
    let dear = r#"[{"from":"0","rate":"0.012"}]"#;
    let a = followed_by(&[from("2026-02-24", target(), |fund| {
        fund.confirm_lag = 2;
        fund.fees.purchase = serde_json::from_str(dear).unwrap();
    })]);
    let later = "011162-later 011162-later";
    assert_eq!(
        said(&a),
        [
            "2026-02-13 2026-02-24 t-1 t-1".to_owned(),
            format!("2026-02-24 2026-02-26 {later}"),
            format!("2026-02-25 2026-02-27 {later}"),
        ]
    );
    let money = admit(&Admission { mode: Some(Mode::RedeemToPurchase), ..a }).unwrap();
    assert_eq!(money.charge.to_string(), "1.2%");
}

#[test]
fn the_money_of_a_redemption_comes_by_the_terms_of_the_day_on_which_the_shares_leave() {
    let slow = |day: &str| followed_by(&[from(day, wallet(), |fund| fund.payout_lag = 3)]);
    let day = |a: &Admission| {
        let a = Admission { mode: Some(Mode::RedeemToPurchase), ..a.clone() };
        admit(&a).unwrap().nav_date.to_string()
    };
    assert_eq!(day(&request()), "2026-02-25");
    assert_eq!(day(&slow("2026-02-24")), "2026-02-27");
    assert_eq!(
        day(&slow("2026-02-25")),
        "2026-02-25",
        "what comes after they have left is not theirs"
    );
}

#[test]
fn what_a_later_leg_may_not_do_is_refused_and_not_offered() {
    type Change = fn(&mut FundTerms);
    let rows: [(FundTerms, Change, [bool; 3]); 8] = [
        (wallet(), |it| it.status = FundStatus::RedemptionStopped, [true, false, false]),
        (wallet(), |it| it.convert_status = ConvertStatus::Neither, [true, false, true]),
        (wallet(), |it| it.conversions.clear(), [true, false, true]),
        (wallet(), |it| it.registrar = "98".parse().unwrap(), [true, false, true]),
        // The money fund is bought on T, by the terms of T.
        (wallet(), |it| it.status = FundStatus::PurchaseStopped, [true, true, true]),
        (target(), |it| it.status = FundStatus::PurchaseStopped, [true, false, false]),
        (target(), |it| it.limits.individual.order_max = "9999".parse().ok(), [true, false, false]),
        (target(), |it| it.risk = crate::fund::ProductRisk::R5, [true, false, false]),
    ];
    for (nth, (fund, change, runs)) in rows.into_iter().enumerate() {
        let a = followed_by(&[from("2026-02-24", fund, change)]);
        let modes = [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase];
        let admitted =
            modes.map(|mode| admit(&Admission { mode: Some(mode), ..a.clone() }).is_ok());
        assert_eq!(admitted, runs, "row {nth}: {:#?}", said(&a));
        // Whoever asks for held shares, of which there are none, is offered what runs.
        let held = admit(&Admission { mode: Some(Mode::Held), ..a.clone() }).unwrap_err();
        let offered = modes.into_iter().zip(runs).filter(|(_, runs)| *runs).map(|(mode, _)| mode);
        assert_eq!(held.offers(), Some(&*offered.collect::<Vec<_>>()), "row {nth}: {held}");
    }
}

#[test]
fn the_limit_of_the_day_is_that_of_the_terms_of_that_day() {
    let a = followed_by(&[from("2026-02-24", target(), |fund| {
        fund.limits.large_purchases = vec![cap("10000", vec![])];
    })]);
    let counted = |mode| admit(&Admission { mode: Some(mode), ..a.clone() }).unwrap().counted.len();
    assert_eq!([Mode::LinkedSameDay, Mode::NextDay].map(counted), [0, 1]);
    let full = Admission { amount: "10000.01".parse().unwrap(), ..a.clone() };
    let says = said(&full);
    assert!(says[0].starts_with("2026-02-13"), "{says:?}");
    assert!(says[1].contains("10000.00") && says[2].contains("10000.00"), "{says:?}");
}

/// Of the request in that mode: discount, rule and charge.
fn granted(a: &Admission, mode: Mode) -> String {
    let it = admit(&Admission { mode: Some(mode), ..a.clone() }).unwrap();
    format!("{} {} {}", it.discount, it.discount_rule, it.charge)
}

/// The pair of funds is that of the terms of the day on which the shares leave, and so is its discount: what
/// is published again word for word on the eve changes no fee. Half of 1.5% is 0.75%.
#[test]
fn the_discount_of_a_conversion_is_that_of_the_terms_of_its_own_day() {
    for day in ["2026-02-14", "2026-02-24"] {
        let again = followed_by(&[from(day, wallet(), |_| ())]);
        let half = followed_by(&[from(day, wallet(), |fund| {
            fund.conversions[0].topup_discount = "0.5".parse().unwrap();
        })]);
        for mode in [Mode::LinkedSameDay, Mode::NextDay] {
            assert_eq!(granted(&again, mode), "0.0000 wallet-0 0%", "{mode:?} {day}");
        }
        assert_eq!(granted(&half, Mode::LinkedSameDay), "0.0000 wallet-0 0%", "{day}");
        assert_eq!(granted(&half, Mode::NextDay), "0.5000 wallet-0 0.75%", "{day}");
    }
}

/// A tenth of the rate from one day through another, for whoever converts and for whoever buys.
fn campaign(from: &str, until: &str) -> FundTerms {
    let mut fund = target();
    fund.discounts = serde_json::from_value(serde_json::json!([{
        "id": "spring", "source": "campaign", "multiplier": "0.1", "from": from, "until": until,
    }]))
    .unwrap();
    for business in ["conversion", "purchase"] {
        let business = serde_json::from_value(business.into()).unwrap();
        fund.discounts[0].businesses.push(business);
    }
    fund
}

/// The target is bought on 02-13, 02-24 or 02-25, by mode, and a campaign counts for whoever buys while it
/// lasts. A tenth of 1.5% is 0.15%.
#[test]
fn a_campaign_counts_on_the_day_on_which_the_target_is_bought() {
    let (none, spring) = ("1.0000 no-discount 1.5%", "0.1000 spring 0.15%");
    let pair = "0.0000 wallet-0 0%";
    let rows = [
        ("2026-02-13", "2026-02-13", [spring, pair, none]),
        ("2026-02-24", "2026-02-24", [pair, spring, none]),
        ("2026-02-25", "2026-02-25", [pair, pair, spring]),
        ("2026-02-12", "2026-02-24", [spring, spring, none]),
        ("2026-02-24", "2026-03-31", [pair, spring, spring]),
    ];
    for (from, until, expected) in rows {
        let a = with_target(|fund| fund.discounts = campaign(from, until).discounts);
        let modes = [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase];
        assert_eq!(modes.map(|mode| granted(&a, mode)), expected, "{from} to {until}");
    }
}

/// The same on a later T: Tuesday 02-24 buys the target on 02-24, 02-25 or 02-26.
#[test]
fn the_same_counts_of_a_purchase_whose_t_has_moved() {
    let a = with_target(|fund| fund.discounts = campaign("2026-02-25", "2026-02-25").discounts);
    let on = |mode| {
        let was = admit(&Admission { mode: Some(mode), ..a.clone() }).unwrap();
        let again = Readmission { holds: BTreeSet::new(), ..again(&a, "2026-02-24") };
        let it = readmit(&was, &again, mode).unwrap();
        format!("{} {}", it.nav_date, it.discount_rule)
    };
    let modes = [Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase];
    let expected = ["2026-02-24 wallet-0", "2026-02-25 spring", "2026-02-26 no-discount"];
    assert_eq!(modes.map(on), expected);
}

/// Each way is judged by the terms of the days on which its legs are, not by those of T.
#[test]
fn a_way_that_works_only_by_the_terms_of_its_own_day_is_taken_and_one_that_does_not_is_not() {
    let with = |on_t: fn(&mut FundTerms), then: fn(&mut FundTerms)| {
        let a = with_target(on_t);
        let then = from("2026-02-24", (*a.target_fund).clone(), then);
        Admission { later: followed_by(&[then]).later, ..a }
    };
    let elsewhere: fn(&mut FundTerms) = |fund| fund.registrar = "06".parse().unwrap();
    let here: fn(&mut FundTerms) = |fund| fund.registrar = "own".parse().unwrap();
    let unlinked: fn(&mut FundTerms) = |fund| fund.linked_processing = false;
    let modes = |a: &Admission| {
        let chosen = admit(&Admission { mode: None, ..a.clone() }).map(|it| it.mode).unwrap();
        let next_day = admit(&Admission { mode: Some(Mode::NextDay), ..a.clone() });
        (chosen, next_day.err().map(|no| no.offers().unwrap().to_vec()))
    };
    let moves_away = with(unlinked, elsewhere);
    let by_money = (Mode::RedeemToPurchase, Some(vec![Mode::RedeemToPurchase]));
    assert_eq!(modes(&moves_away), by_money);
    let comes_here = with(elsewhere, here);
    assert_eq!(modes(&comes_here), (Mode::NextDay, None));
}
