//! A paid order that moves from Friday 2026-02-13 to Tuesday 02-24, or 02-25.

use super::{
    again::readmit,
    fixture::*,
    target::{OnItsOwnT, readmit_target},
    *,
};
use crate::{
    fund::ProductRisk as R,
    investor::InvestorRisk as C,
    status::{ConvertStatus, FundStatus, Stops},
    suitability::Verdict,
};
use ConversionMode as Mode;

fn moved(was: &Admitted, a: &Admission, t: &str) -> Result<Admitted, Refusal> {
    readmit(was, &again(a, t), was.mode)
}

#[test]
fn a_payment_after_the_cut_off_is_judged_on_its_own_t() {
    let a = with_investor(|_| {});
    let promised = admit(&a).unwrap();
    let later = moved(&promised, &a, "2026-02-24").unwrap();
    assert_eq!(later.trade_date.to_string(), "2026-02-24");
    assert_eq!(later.suitability, promised.suitability);
    assert_eq!(later.requested_at, a.at);

    let stopped = with_target(|fund| {
        fund.closures = vec![closed("2026-02-24", "2026-02-24", Stops::Purchase)];
    });
    let refusal = Refusal::ConversionInNotOpen {
        fund: "011162".parse().unwrap(),
        status: FundStatus::PurchaseStopped,
        convert: ConvertStatus::Both,
        day: later.trade_date,
        notice: Some("a holiday abroad".to_owned()),
    };
    assert_eq!(moved(&promised, &stopped, "2026-02-24"), Err(refusal));
    assert!(moved(&promised, &stopped, "2026-02-25").is_ok());
}

/// Refusals that only a later T has, in the order of the checks.
pub(super) fn refused_on_a_later_t() -> Vec<(Refusal, &'static str)> {
    let papers = |change: fn(&mut InvestorProfile)| {
        let a = with_investor(change);
        moved(&admit(&a).unwrap(), &a, "2026-02-24").unwrap_err()
    };
    let a = with_target(|_| {});
    let was = admit(&Admission { mode: Some(Mode::NextDay), ..a.clone() }).unwrap();
    let elsewhere = with_target(|fund| fund.registrar = "06".parse().unwrap());
    let again = OnItsOwnT {
        trade_date: TradingDay::recorded("2026-02-25".parse().unwrap()),
        amount: a.amount,
        ordered: a.amount,
        investor: a.investor.id.clone(),
        wallet_fund: a.wallet_fund.clone(),
        target_fund: elsewhere.target_fund,
        used: DayTally::default(),
        calendar: a.calendar,
    };
    vec![
        (
            papers(|it| it.id_valid_until = "2026-02-23".parse().unwrap()),
            "the identity document is valid until 2026-02-23, and the order's T is 2026-02-24 by now",
        ),
        (
            readmit_target(&was, &again).unwrap_err(),
            "fund 011162 is at registrar 06 on 2026-02-25, and fund 000730 at own: the shares \
             cannot be converted",
        ),
        (
            papers(|it| it.questionnaire_valid_until = "2026-02-23".parse().unwrap()),
            "the risk questionnaire q-1 is valid until 2026-02-23, and the order's T is 2026-02-24 \
             by now",
        ),
    ]
}

/// Last days of the questionnaire and of the identity document.
#[test]
fn the_investors_papers_must_be_valid_on_the_later_t() {
    let said = |risk: C, questionnaire: &str, papers: &str, t: &str| {
        let a = with_investor(|it| {
            it.risk = risk;
            it.questionnaire_valid_until = questionnaire.parse().unwrap();
            it.id_valid_until = papers.parse().unwrap();
        });
        moved(&admit(&a).unwrap(), &a, t).map_err(|no| no.to_string()).err()
    };
    let (early, enough) = ("2026-02-23", "2026-02-24");
    assert_eq!(said(C::C3, enough, enough, "2026-02-24"), None);
    assert_eq!(said(C::Professional, early, enough, "2026-02-24"), None);
    assert!(
        said(C::C3, early, enough, "2026-02-24").unwrap().starts_with("the risk questionnaire")
    );
    assert!(said(C::C3, enough, early, "2026-02-24").unwrap().starts_with("the identity document"));
    // What was decided for that T is not decided again.
    assert_eq!(said(C::C3, "2026-02-13", "2026-02-13", "2026-02-13"), None);
}

#[test]
fn the_level_must_cover_the_class_of_the_later_t_and_a_warning_stands_for_its_own_class_only() {
    let judged = |risk: C, warned: bool, first: R, then: R| {
        let ordered = with_target(|fund| fund.risk = first);
        let investor = InvestorProfile { risk, ..ordered.investor.clone() };
        let warning_confirmed = warned.then(|| "risk-warning-2017".parse().unwrap());
        let was = admit(&Admission { investor, warning_confirmed, ..ordered }).unwrap();
        let again = moved(&was, &with_target(|fund| fund.risk = then), "2026-02-24");
        again.map(|it| {
            let verdict = &it.suitability[1];
            assert_eq!(verdict.product, then);
            (verdict.result, verdict.warning.is_some())
        })
    };
    let no_warning =
        |it: Result<_, Refusal>| matches!(it, Err(Refusal::WarningNotConfirmed { .. }));
    assert_eq!(judged(C::C3, false, R::R2, R::R3), Ok((Verdict::Allow, false)));
    assert!(no_warning(judged(C::C3, false, R::R3, R::R4)));
    assert_eq!(judged(C::C2, true, R::R3, R::R3), Ok((Verdict::NeedWarning, true)));
    assert!(no_warning(judged(C::C2, true, R::R3, R::R4)));
    assert_eq!(judged(C::C2, true, R::R4, R::R3), Ok((Verdict::NeedWarning, true)));
    assert_eq!(judged(C::C2, true, R::R3, R::R2), Ok((Verdict::Allow, false)));
    let forbidden = judged(C::C1Lowest, false, R::R1, R::R2);
    assert!(matches!(forbidden, Err(Refusal::Unsuitable { .. })));
}

#[test]
fn the_earliest_price_of_the_later_t_is_taken_where_no_mode_was_named() {
    let earliest =
        |change: fn(&mut FundTerms)| again(&with_target(change), "2026-02-24").earliest();
    assert_eq!(earliest(|_| {}), Mode::LinkedSameDay);
    assert_eq!(earliest(|fund| fund.linked_processing = false), Mode::NextDay);
    assert_eq!(earliest(|fund| fund.registrar = "06".parse().unwrap()), Mode::RedeemToPurchase);
}
