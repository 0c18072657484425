//! Rejections of what was rejected with other interest.

use super::{
    Applications, Command, Event, Stage,
    tests::{after, cause, out, purchase, reject, rejection},
};
use crate::testing::given;

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
