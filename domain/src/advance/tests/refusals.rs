//! Every refusal of an advance, once.

use super::*;
use crate::testing::each_once;

fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotRequested => 0,
        Refusal::MayNotAdvance(_) => 1,
        Refusal::NoRoomForRepayment(_) => 2,
        Refusal::RequestedDifferently(_) => 3,
        Refusal::AmountDiffers { .. } => 4,
        Refusal::AdvancedAfterDecline { .. } => 5,
        Refusal::DeclinedAfterAdvance { .. } => 6,
        Refusal::MovedTwice { .. } => 7,
        Refusal::NotDeclined(_) => 8,
        Refusal::NothingAdvanced => 9,
        Refusal::RepaidUnasked(_) => 10,
        Refusal::NothingOverpaid => 11,
    }
}

#[test]
fn every_refusal_has_its_case() {
    let open = || vec![requested()];
    let had = || vec![requested(), advanced("A1", "5000")];
    let manager = Terms { by: Advancer::Manager, ..terms() };
    let long = Terms { no: no(&"x".repeat(96)), ..terms() };
    let other = Terms { amount: "5001".parse().unwrap(), ..terms() };
    let rows = [
        (vec![], declined(), "the advance was not requested"),
        (
            vec![],
            Command::Request(manager),
            "the fund's manager may not advance money; only a bank with a licence to sell funds may",
        ),
        (
            vec![],
            Command::Request(long),
            &format!(
                "advance number {} leaves no room for the number of its repayment",
                "x".repeat(96)
            ),
        ),
        (
            open(),
            Command::Request(other),
            "advance TX-1.advance was already requested on other terms",
        ),
        (open(), advanced("A1", "4999.99"), "4999.99 yuan moved as A1, 5000.00 were agreed"),
        (
            vec![requested(), declined()],
            advanced("A1", "5000"),
            "the bank declined (no_limit); now A1 says that it paid",
        ),
        (had(), declined(), "the bank paid as A1; a late decline (no_limit) cannot undo it"),
        (
            had(),
            advanced("A2", "5000"),
            "A1 of 5000.00 yuan took effect; now the bank says A2 of 5000.00",
        ),
        (
            had(),
            Command::Contest(contested("A2")),
            "the advance was not declined, so A2 contests nothing",
        ),
        (open(), back("5000"), "nothing was advanced, so nothing can be repaid"),
        (had(), repaid("R1", "5000"), "repayment R1 came back before it was requested"),
        (
            had().into_iter().chain([back("5000"), repaid("R1", "5000")]).collect(),
            returned("1"),
            "the bank has no more than the shares brought, so it returns nothing",
        ),
    ];
    let mut places = Vec::new();
    for (before, command, says) in rows {
        let state = given::<Advances>(after(before)).state();
        let refusal = Advances::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        places.push(place(&refusal));
    }
    each_once(places, 12);
}

#[test]
fn a_history_declines_after_us_only_by_the_bank_and_after_the_bank_never() {
    let declined = |by_us: bool| Event::Declined { cause: cause("no_limit"), by_us, at: None };
    let possible = |twice: [Event; 2]| {
        let requested = history::<Advances>([requested()]);
        replay::<Advances>(&[requested, twice.to_vec()].concat()).is_ok()
    };
    assert!(possible([declined(true), declined(false)]));
    for (first, second) in [(true, true), (false, false), (false, true)] {
        assert!(!possible([declined(first), declined(second)]), "{first} {second}");
    }
}
