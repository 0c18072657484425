//! Money that a record takes and that is not there, or is there for something else.

use super::{
    Source,
    differences_tests::Audited,
    tests::{Book, as_, bought, buy, confirm, place, says},
};
use crate::{
    application::{Ask, Command, FastTransferConfirmed, Outcome, Rejection},
    case::How,
    orders::own_cause,
};

fn withdraw(serial: &str) -> Command {
    Command::Withdraw(as_(serial), own_cause("x", "taken back"))
}

/// The registrar rejects it, and carries it out all the same.
fn upheld(outcome: Outcome) -> [Command; 4] {
    let late = Box::new(says("L1", true, outcome));
    let rejected = Command::Reject(Rejection::of(own_cause("0212", "no")));
    [buy("1000"), rejected, Command::Contest(late), Command::Uphold(as_("L1"))]
}

/// All of the money went back after the first portion, so the second finds less than nothing.
#[test]
fn a_portion_that_falls_leaves_what_the_one_before_it_lacks_where_that_was() {
    let audited = Audited::of(Source::Payment).money("1000.00");
    let audited = audited.says([buy("1000"), confirm("C1", false, bought("600", "0", "0"))]);
    let audited = audited.money("-1000.00");
    let lacks = ["L:CUST:PENDING:TX-1.mmf 600.00"];
    assert_eq!(audited.left(), lacks);

    let audited = audited.says([confirm("C2", false, bought("400", "0", "0"))]);
    assert_eq!(audited.left(), ["L:SUSPENSE TX-1.mmf 1000.00"]);
    assert_eq!(audited.says([withdraw("C2")]).left(), lacks);
}

#[test]
fn what_is_sent_back_too_much_is_no_part_of_what_the_orders_own_money_pays() {
    let said = upheld(bought("1000", "0", "0.50"));
    let audited = Audited::of(Source::Payment).money("1000.00").says(said).opened();
    let audited = audited.closed(How::Accepted);
    assert_eq!(audited.left(), ["E:OVERSHORT TX-1.mmf -0.50"], "all of the 1,000.00 are paid");
}

/// 500.00 of what was paid were never asked for, and are to go back.
#[test]
fn a_record_that_takes_too_much_is_paid_with_no_money_that_is_there_for_something_else() {
    let said = [buy("1000"), confirm("C1", true, bought("1000.02", "0", "0"))];
    let audited = Audited::of(Source::Payment).money("1500.00").says(said).opened();
    let audited = audited.closed(How::Accepted);
    assert_eq!(audited.left(), ["A:BYHAND TX-1.mmf 0.02", "L:CUST:PENDING:TX-1.mmf -500.00"]);
}

#[test]
fn income_that_comes_along_with_shares_handed_over_is_nobodys_until_its_case_says_so() {
    let (shares, to) = (as_("100"), as_("bank-1"));
    let handed_over = Outcome::FastTransfer(FastTransferConfirmed { shares, income: as_("0.37") });
    let said = [place(Ask::FastTransfer { shares, to }), confirm("C1", true, handed_over)];
    let left = Book::default().apply(Source::Payment, &said).left();
    assert_eq!(left[0], "A:FUND:RECV:000009 0.37");
    assert!(left[1].starts_with("L:SUSPENSE:TX-1.mmf:") && left[1].ends_with(" -0.37"), "{left:?}");
}

/// The money of the other order has come since, and nothing was said of that order.
#[test]
fn what_a_record_gives_back_pays_what_no_other_order_lacks() {
    let Command::Place(mut terms) = buy("1000") else { panic!("it is placed") };
    (terms.order, terms.no) = (as_("TX-2.mmf"), as_("APP2"));
    let [_, rejected, late, uphold] = upheld(bought("1000", "0", "0"));
    let other = [Command::Place(terms), rejected, late, uphold];
    let audited = Audited::of(Source::Payment).says(other).opened().closed(How::Accepted);
    let audited = audited.money_of("TX-2.mmf", "1000.00").of_another_order();
    let lacks = ["A:BYHAND TX-2.mmf 1000.00", "L:CUST:PENDING:TX-2.mmf -1000.00"];
    assert_eq!(audited.left(), lacks);

    let audited = audited.money("1000.00").says(upheld(bought("1000", "0", "0"))).opened();
    let audited = audited.closed(How::Accepted).says([withdraw("L1")]);
    let own = "L:CUST:PENDING:TX-1.mmf -1000.00";
    assert_eq!(audited.left(), [lacks[0], own, lacks[1]]);
}
