//! Cash that a bank advances, and what goes back to it.

use super::{
    Source, of_advance,
    tests::{Book, as_, confirm, place, redeem, redeemed, tx},
};
use crate::{
    advance::{self, Advances, Brought},
    application::{Ask, FastTransferConfirmed, Outcome},
    decider::Decider,
    fast_redemption::Advancer,
    money::Money,
};

/// 5,000 yuan are advanced, and the shares bring so much.
fn advanced_on_shares_that_bring(brought: &str) -> Book {
    let (by, account) = (Advancer::LicensedBank(as_("bank-1")), as_("acc-1"));
    let (no, order) = (as_("TX-1.advance"), as_("TX-1.fast"));
    let terms = advance::Terms { no, by, account, amount: as_("5000"), order, asked_at: None };
    let moved = |serial: &str, amount: &str| {
        let at = as_("2026-02-13T14:00:00+08:00");
        advance::Transfer { serial: as_(serial), amount: as_(amount), at }
    };
    let mut book = Book::default();
    let mut state = advance::State::default();
    let mut commands = vec![
        advance::Command::Request(terms),
        advance::Command::RecordAdvanced(moved("A1", "5000")),
        advance::Command::RequestRepayment(Brought { money: as_(brought), kept: Money::ZERO }),
    ];
    if brought != "0" {
        commands.push(advance::Command::RecordRepaid(moved("A2", brought)));
    }
    for command in &commands {
        for event in Advances::decide(&state, command).unwrap() {
            book.post(of_advance(&tx(), &state, &event).unwrap());
            state = Advances::evolve(state, &event).unwrap();
        }
    }
    book
}

#[test]
fn what_the_shares_bring_is_all_that_goes_to_the_bank_and_nothing_is_left_on_either_side() {
    for (brought, repaid) in [("0", vec![]), ("4000", vec!["4000"]), ("5000.40", vec!["5000.40"])] {
        let mut book = advanced_on_shares_that_bring(brought);
        let settled: Vec<String> =
            repaid.iter().map(|it| format!("A:BANK:SETTLE -{}", as_::<Money>(it))).collect();
        if brought == "0" {
            assert_eq!(book.left(), Vec::<String>::new());
            continue;
        }
        let redemption = [redeem("5000"), confirm("C2", true, redeemed(brought, "0", brought))];
        book = book.apply(Source::Payment, &redemption);
        let owed = format!("A:FUND:RECV:000009 {}", as_::<Money>(brought));
        assert_eq!(book.left(), [settled, vec![owed]].concat(), "{brought}");
    }
}

#[test]
fn an_advance_is_repaid_out_of_the_redemption_of_the_shares_that_changed_hands() {
    let book = advanced_on_shares_that_bring("5000");
    assert_eq!(book.lines()[1], "L:BANK:ADVANCE:bank-1 -5000.00");
    assert_eq!(book.left(), ["A:BANK:SETTLE -5000.00", "L:CUST:REDEEM:TX-1 5000.00"]);

    let (shares, to) = (as_("5000"), as_("bank-1"));
    let handed = FastTransferConfirmed { shares, income: as_("0") };
    let handed = confirm("C1", true, Outcome::FastTransfer(handed));
    let transfer = [place(Ask::FastTransfer { shares, to }), handed];
    let redemption = [redeem("5000"), confirm("C2", true, redeemed("5000", "0", "5000"))];
    assert_eq!(
        book.apply(Source::Payment, &transfer).apply(Source::Payment, &redemption).left(),
        ["A:BANK:SETTLE -5000.00", "A:FUND:RECV:000009 5000.00"]
    );
}
