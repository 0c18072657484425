//! Cash that a bank advances, and what goes back to it.

use super::{
    Source, of_advance,
    tests::{Book, as_, confirm, place, redeem, redeemed, tx},
};
use crate::{
    advance::{self, Advances, Brought},
    application::{Ask, FastTransferConfirmed, Outcome},
    case::CaseId,
    decider::Decider,
    fast_redemption::Advancer,
    money::Money,
};

/// What these put on the books.
fn played(commands: &[advance::Command]) -> Book {
    let (mut book, mut state) = (Book::default(), advance::State::default());
    for command in commands {
        for event in Advances::decide(&state, command).unwrap() {
            book.post(of_advance(&tx(), &state, &event).unwrap());
            state = Advances::evolve(state, &event).unwrap();
        }
    }
    book
}

fn say(money: &str, retained: &str) -> advance::Command {
    advance::Command::RequestRepayment(Brought { money: as_(money), retained: as_(retained) })
}

/// 5,000 yuan are advanced, and the shares bring so much, which goes to the bank.
fn advanced_and_repaid(brought: &str) -> Vec<advance::Command> {
    let (by, account) = (Advancer::LicensedBank(as_("bank-1")), as_("acc-1"));
    let (no, order) = (as_("TX-1.advance"), as_("TX-1.fast"));
    let terms = advance::Terms { no, by, account, amount: as_("5000"), order, asked_at: None };
    let moved = |serial: &str, amount: &str| {
        let at = as_("2026-02-13T14:00:00+08:00");
        advance::Transfer { serial: as_(serial), amount: as_(amount), at }
    };
    let mut commands = vec![
        advance::Command::Request(terms),
        advance::Command::RecordAdvanced(moved("A1", "5000")),
        say(brought, "0"),
    ];
    if brought != "0" {
        commands.push(advance::Command::RecordRepaid(moved("A2", brought)));
    }
    commands
}

fn advanced_on_shares_that_bring(brought: &str) -> Book {
    played(&advanced_and_repaid(brought))
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

#[test]
fn what_the_bank_has_too_much_it_owes_and_what_it_returns_is_lent_again() {
    let yuan =
        |account: &str, sum: &str| format!("{account} {}", as_::<rust_decimal::Decimal>(sum));
    // What it had, what the shares brought and which of them it keeps in the end, and the difference.
    for (had, less, retained, over) in [
        ("5000.00", "0.00", "5000", "5000.00"),
        ("5000.00", "3000.00", "2000", "2000.00"),
        // A part is its own claim, or all of it.
        ("5000.00", "3000.00", "500", "2000.00"),
        ("5000.00", "3000.00", "0", "2000.00"),
        // It had more than it lent: nothing is lent again.
        ("5000.40", "5000.00", "0", "0.40"),
    ] {
        let mut commands = advanced_and_repaid(had);
        commands.push(say(less, retained));
        // The redemption's own entries stand in another book: what the shares brought is missing in this one.
        let brought = || (less != "0.00").then(|| yuan("L:CUST:REDEEM:TX-1", less));
        let owes = [yuan("A:BANK:SETTLE", &format!("-{had}")), yuan("L:BANK:ADVANCE:bank-1", over)];
        assert_eq!(played(&commands).left(), owes.into_iter().chain(brought()).collect::<Vec<_>>());

        commands.push(advance::Command::RecordReturned(CaseId::of(b"1")));
        commands.push(say(less, retained));
        let paid = (less != "0.00").then(|| yuan("A:BANK:SETTLE", &format!("-{less}")));
        let left: Vec<String> = paid.into_iter().chain(brought()).collect();
        assert_eq!(played(&commands).left(), left, "{had} {less} {retained}");
    }
}
