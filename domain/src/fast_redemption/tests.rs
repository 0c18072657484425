use super::*;
use crate::decider::replay;
use proptest::prelude::*;

fn terms(shares: &str) -> Terms {
    Terms {
        investor: "i-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        distributor: "direct".parse().unwrap(),
        shares: shares.parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        advancer: Advancer::LicensedBank("bank-1".parse().unwrap()),
        day: "2026-02-13".parse().unwrap(),
    }
}

fn transfer(terms: Terms, used: &str) -> Command {
    let (used_today, day_max) = (used.parse().unwrap(), "10000".parse().ok());
    Command::Transfer { terms, used_today, day_max }
}

fn after(commands: &[Command]) -> State {
    let mut history = Vec::new();
    for command in commands {
        let state = replay::<FastRedemption>(&history).unwrap();
        history.extend(FastRedemption::decide(&state, command).unwrap());
    }
    replay::<FastRedemption>(&history).unwrap()
}

fn refused(before: &[Command], command: &Command) -> Refusal {
    FastRedemption::decide(&after(before), command).unwrap_err()
}

fn redeem(proceeds: &str) -> Command {
    Command::Redeem { proceeds: proceeds.parse().unwrap() }
}

#[test]
fn the_bank_gets_back_what_it_paid_and_each_repeat_changes_nothing() {
    let way = [transfer(terms("5000"), "0"), Command::Advance, redeem("5000.00"), Command::Repay];
    let end = after(&way);

    assert_eq!(end, State::Repaid(terms("5000"), "5000".parse().unwrap()));
    for command in way {
        assert_eq!(FastRedemption::decide(&end, &command), Ok(vec![]), "{command:?}");
    }
}

#[test]
fn a_bank_that_does_not_pay_returns_the_shares_and_cannot_pay_later() {
    let declined = [transfer(terms("5000"), "0"), Command::ReturnShares];

    assert_eq!(after(&declined), State::Returned(terms("5000")));
    let (asked, stands) = ("the advance", "the shares were returned");
    assert_eq!(refused(&declined, &Command::Advance), Refusal::OutOfOrder { asked, stands });
}

#[test]
fn every_refusal_has_its_case() {
    let paid = [transfer(terms("5000"), "0"), Command::Advance];
    let manager = Terms { advancer: Advancer::Manager, ..terms("1") };
    let not_offered =
        Command::Transfer { terms: terms("1"), used_today: Money::ZERO, day_max: None };
    let rows = [
        (
            &paid[..],
            transfer(terms("5001"), "0"),
            "a fast redemption of 5000.00 shares of fund 000730 stands under this name",
        ),
        (&[], not_offered, "fund 000730 has no fast redemption"),
        (&[], transfer(terms("0"), "0"), "a fast redemption of no shares"),
        (
            &[],
            transfer(manager, "0"),
            "the fund's manager may not advance money; only a bank with a licence to sell funds may",
        ),
        (
            &[],
            transfer(terms("0.02"), "9999.99"),
            "0.02 yuan after 9999.99 on 2026-02-13 is above 10000.00 for fund 000730; 0.01 would fit",
        ),
        (
            &paid[..],
            Command::ReturnShares,
            "the return of the shares cannot follow now: the cash was paid and the shares are not redeemed",
        ),
        (&paid[..], redeem("4999.99"), "5000.00 shares redeem for as many yuan, not for 4999.99"),
    ];
    for (before, command, says) in rows {
        assert_eq!(refused(before, &command).to_string(), says);
    }
}

#[test]
fn a_tenth_thousand_may_be_reached() {
    assert_eq!(after(&[transfer(terms("0.01"), "9999.99")]), State::Transferred(terms("0.01")));
}

proptest! {
    #[test]
    fn nobody_cashes_out_more_than_the_day_allows(orders in prop::collection::vec(1i64..700_000, 0..30)) {
        let (max, mut used): (Money, Money) = ("10000".parse().unwrap(), Money::ZERO);
        for fen in orders {
            let shares = Shares::new(rust_decimal::Decimal::new(fen, 2)).unwrap();
            let terms = Terms { shares, ..terms("1") };
            let command = Command::Transfer { terms, used_today: used, day_max: Some(max) };
            if FastRedemption::decide(&State::Absent, &command).is_ok() {
                used = used.plus(shares.value_half_up(Nav::ONE).unwrap()).unwrap();
            }
            prop_assert!(used <= max);
        }
    }

    #[test]
    fn evolve_accepts_whatever_decide_produced(picks in prop::collection::vec(0usize..6, 0..12)) {
        let commands = [
            transfer(terms("5000"), "0"), transfer(terms("1"), "0"), Command::Advance,
            Command::ReturnShares, redeem("5000"), Command::Repay,
        ];
        let mut state = State::Absent;
        for pick in picks {
            for event in FastRedemption::decide(&state, &commands[pick]).unwrap_or_default() {
                state = FastRedemption::evolve(state, &event).expect("decided, so possible");
            }
        }
    }
}
