//! Unpaid income of a money fund that goes along with a conversion of every share.

use super::{
    Source,
    tests::{Book, as_, confirm, convert, converted},
};
use crate::application::{Ask, Command, ConversionConfirmed, Outcome};

/// 10,000 shares are to take the income along.
fn with_all() -> Command {
    let mut command = convert("10000");
    let Command::Place(terms) = &mut command else { panic!() };
    let Ask::Conversion { take_income, .. } = &mut terms.ask else { panic!() };
    *take_income = true;
    command
}

/// Where it came off what buys the target, the one fund pays less and the other is paid less. Elsewhere it stands
/// between us and the investor.
#[test]
fn income_below_zero_that_a_conversion_settles_leaves_nothing_between_us_and_the_investor() {
    let left = |income: &str, net_in: &str| {
        let Outcome::Conversion(it) = converted(net_in, "0") else { panic!() };
        let outcome = Outcome::Conversion(ConversionConfirmed { income: as_(income), ..it });
        let all = [with_all(), confirm("C1", true, outcome)];
        Book::default().apply(Source::Payment, &all).left()
    };
    let [source, investor, target] =
        ["A:FUND:RECV:000009", "L:CUST:REDEEM:TX-1", "L:FUND:PAYABLE:050002"];
    assert_eq!(
        left("-0.20", "9999.80"),
        [format!("{source} 9999.80"), format!("{target} -9999.80")]
    );
    for (income, paid, owed) in [("0.20", "10000.20", "-0.20"), ("-0.20", "9999.80", "0.20")] {
        assert_eq!(
            left(income, "10000.00"),
            [
                format!("{source} {paid}"),
                format!("{investor} {owed}"),
                format!("{target} -10000.00")
            ]
        );
    }
}
