//! Rejections of what was rejected with other interest, and when two of them are one.

use super::{
    Applications, Command, Event, Rejection, Stage, Stated,
    tests::{after, cause, out, purchase, reject, rejection, subscription},
};
use crate::{money::Money, orders::own_cause, testing::given};

fn rejected(more: impl IntoIterator<Item = Command>) -> Vec<Event> {
    after(out(purchase()).into_iter().chain([reject("2.35")]).chain(more))
}

/// A raising that failed, with other interest than was said first.
#[test]
fn a_rejection_with_other_interest_takes_the_place_of_the_first_once_it_is_upheld() {
    let uphold = || Command::UpholdRejection(cause());
    let came = |interest| Command::ContestRejection(rejection(interest));
    let contested = || rejected([came("2.50")]);
    let state = given::<Applications>(contested())
        .when(came("2.50"))
        .then([])
        .when(uphold())
        .then([Event::Rejected(rejection("2.50"))])
        .when(uphold())
        .then([])
        .when(reject("2.50"))
        .then([])
        .when(came("2.35"))
        .then([]);
    let known = state.state();
    let known = known.application().unwrap();
    assert_eq!(known.stage, Stage::Rejected(rejection("2.50")));
    assert_eq!(known.overturned().collect::<Vec<_>>(), [&rejection("2.35")]);

    let drop = Command::DropRejection { cause: cause(), taken_back: false };
    let dropped = Event::RejectionDropped { cause: cause(), taken_back: false };
    let state = given::<Applications>(contested()).when(drop).then([dropped]).state();
    assert_eq!(state.application().unwrap().stage, Stage::Rejected(rejection("2.35")));
    given::<Applications>(rejected([])).when(came("2.35")).then([]);
}

fn stated(on: Option<&str>, [refund, amount]: [&str; 2], number: &str) -> Stated {
    Stated {
        on: on.map(|day| day.parse().unwrap()),
        refund: refund.parse().unwrap(),
        amount: amount.parse().unwrap(),
        shares: number.parse().unwrap(),
    }
}

/// What a record says, whether that is anything, and whether it is money or shares.
#[test]
fn a_record_states_something_by_its_day_or_by_any_of_its_sums() {
    let rows = [
        (stated(None, ["0", "0"], "0"), false, false),
        (stated(Some("2026-02-24"), ["0", "0"], "0"), true, false),
        (stated(None, ["0.01", "0"], "0"), true, true),
        (stated(None, ["0", "0.01"], "0"), true, true),
        (stated(None, ["0", "0"], "0.01"), true, true),
    ];
    for (it, something, sums) in rows {
        assert_eq!(it.unless_nothing(), something.then_some(it), "{it:?}");
        assert_eq!(it.names_sums(), sums, "{it:?}");
    }
}

#[test]
fn a_day_that_only_one_of_two_rejections_states_tells_nothing_and_a_sum_does() {
    let with = |on, sums| {
        let stated = stated(on, sums, "0").unless_nothing();
        Rejection { stated, ..rejection("2.35") }
    };
    let (dated, bare) = (with(Some("2026-02-24"), ["0", "0"]), with(None, ["0", "0"]));
    assert!(dated.states_the_same(&bare) && bare.states_the_same(&dated));
    assert!(dated.says_the_same(&bare) && dated.states_and_sends_the_same(&bare));

    // A sum beside the day counts, whichever of both states the day.
    let sends = with(Some("2026-02-24"), ["1000", "0"]);
    for other in [&bare, &dated] {
        assert!(!sends.states_the_same(other) && !other.states_the_same(&sends), "{other:?}");
        assert!(
            !sends.says_the_same(other) && !sends.states_and_sends_the_same(other),
            "{other:?}"
        );
    }
    assert!(sends.states_the_same(&with(None, ["1000", "0"])));

    // Other interest, or another reason, is another word.
    let interest = Rejection { interest: "2.50".parse().unwrap(), ..dated.clone() };
    assert!(dated.states_the_same(&interest) && !dated.states_and_sends_the_same(&interest));
    let reason = Rejection { cause: own_cause("0011", "in words"), ..dated.clone() };
    assert!(dated.states_the_same(&reason) && !dated.says_the_same(&reason));
}

#[test]
fn interest_is_owed_only_on_all_the_money_of_a_raising_and_where_it_can_have_earned_it() {
    let (earned, none) = (rejection("2.35"), Money::ZERO);
    let too_much = Rejection { unearned: true, ..earned.clone() };
    let (raising, bought) = (subscription().ask, purchase().ask);
    assert_eq!(earned.unowed(&raising, false), none);
    assert_eq!(earned.unowed(&raising, true), earned.interest, "the rest of an order earned none");
    assert_eq!(too_much.unowed(&raising, false), earned.interest);
    assert_eq!(earned.unowed(&bought, false), earned.interest);
}

#[test]
fn only_the_code_of_a_raising_that_failed_says_so() {
    let of = |code: &str| Rejection::of(own_cause(code, "in words")).is_of_raising();
    assert_eq!(["149", "0149", "0010"].map(of), [true, false, false]);
}
