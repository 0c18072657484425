//! Records that are contested, upheld and withdrawn.

use super::{
    Applications, Command, Confirmation, Event, Last, Refusal, Rejection, Stage, Stated,
    tests::{
        accept, after, bought, cancel, cause, confirm, contest, contest_rejection, out, place,
        purchase, redeemed, redemption, reject, rejection, seal, serial, uphold, withdraw,
    },
};
use crate::{
    decider::Decider,
    money::{Money, Shares},
    orders::Cause,
    testing::given,
};

fn with(before: Vec<Command>, more: impl IntoIterator<Item = Command>) -> Vec<Event> {
    after(before.into_iter().chain(more))
}

fn stage(events: Vec<Event>) -> Stage {
    given::<Applications>(events).state().application().unwrap().stage.clone()
}

#[test]
fn a_confirmation_after_a_rejection_is_remembered_and_holds_once_it_is_upheld() {
    let said = bought("C1", "1000", "0");
    let rejected = with(out(purchase()), [reject("0")]);

    given::<Applications>(rejected.clone())
        .when(contest(said.clone()))
        .then([Event::Contested(Box::new(said.clone()))]);

    let contested = with(out(purchase()), [reject("0"), contest(said.clone())]);
    assert!(matches!(stage(contested.clone()), Stage::Rejected(_)));
    given::<Applications>(contested.clone())
        .when(uphold("C1"))
        .then([Event::Upheld(Box::new(said.clone()))]);

    let overrule = || Command::Overrule(Box::new(said.clone()));
    let both = [Event::Contested(Box::new(said.clone())), Event::Upheld(Box::new(said.clone()))];
    given::<Applications>(rejected).when(overrule()).then(both);
    given::<Applications>(contested).when(overrule()).then([Event::Upheld(Box::new(said.clone()))]);

    let upheld = with(out(purchase()), [reject("0"), contest(said.clone()), uphold("C1")]);
    assert_eq!(stage(upheld.clone()), Stage::Confirmed(Box::new(said.clone())));
    let state = given::<Applications>(upheld).state();
    let known = state.application().unwrap();
    assert!(known.is_upheld(&serial("C1")) && known.contested().next().is_none());
    assert!(known.holds_against_its_end(&serial("C1")), "it had been rejected");
    assert!(!known.holds_against_its_end(&serial("C2")), "nothing is known of that");
}

#[test]
fn what_held_against_a_rejection_leaves_that_standing_once_it_is_withdrawn() {
    let withdrawn = || Event::Withdrawn {
        serial: serial("C1"),
        cause: cause(),
        taken_back: false,
        overruled: false,
    };
    for (finished, by_us) in [true, false].into_iter().flat_map(|it| [(it, true), (it, false)]) {
        let was = || Rejection { by_us, ..rejection("0") };
        let said = redeemed("C1", "40", finished);
        let rejected = [Command::Reject(was()), contest(said), uphold("C1")];
        let state = given::<Applications>(with(out(redemption()), rejected))
            .when(withdraw("C1"))
            .then([withdrawn(), Event::Rejected(was())])
            .when(Command::Reject(was()))
            .then([])
            .state();
        assert!(matches!(state.application().unwrap().stage, Stage::Rejected(_)), "{finished}");
    }
}

#[test]
fn what_is_upheld_says_what_was_contested_or_nobody_wrote_it() {
    let contested = || vec![reject("0"), contest(bought("C1", "1000", "0"))];
    let before = given::<Applications>(with(out(purchase()), contested())).state();
    let other = Box::new(bought("C1", "999.97", "0"));
    assert_eq!(Applications::evolve(before.clone(), &Event::Upheld(other.clone())), None);
    assert!(
        Applications::evolve(before, &Event::Upheld(Box::new(bought("C1", "1000", "0")))).is_some()
    );

    let second = [confirm(bought("C0", "1000", "0")), contest(bought("C1", "1000", "0"))];
    let before = given::<Applications>(with(out(purchase()), second)).state();
    let corrected = Event::Corrected { reverses: serial("C0"), confirmation: other };
    assert_eq!(Applications::evolve(before, &corrected), None);
}

#[test]
fn what_held_against_a_cancellation_leaves_that_standing_once_it_is_withdrawn() {
    let withdrawn = |serial: &str| Event::Withdrawn {
        serial: crate::application::tests::serial(serial),
        cause: cause(),
        taken_back: false,
        overruled: false,
    };
    let taken_back = |terms| vec![place(terms), accept("A1"), cancel("14:00")];
    let records = [
        (purchase(), bought("C1", "1000", "0")),
        (redemption(), redeemed("C1", "40", true)),
        (redemption(), redeemed("C1", "40", false)),
    ];
    for (terms, said) in records {
        let upheld = with(taken_back(terms), [contest(said.clone()), uphold("C1")]);
        let state = given::<Applications>(upheld)
            .when(withdraw("C1"))
            .then([withdrawn("C1"), Event::Cancelled { cause: cause() }])
            .when(cancel("14:00"))
            .then([])
            .state();
        assert!(matches!(state.application().unwrap().stage, Stage::Cancelled(_)));
        // What the registrar says then contradicts once more, and is no news that goes on.
        let again = Applications::decide(&state, &confirm(bought("C2", "1000", "0")));
        assert!(again.is_err(), "{again:?}");
    }

    // What a portion settled stays settled: only the rest is waited for.
    let part = [contest(redeemed("P1", "40", false)), uphold("P1")];
    let all = part.into_iter().chain([confirm(redeemed("C1", "60", true))]);
    let events = with(taken_back(redemption()), all);
    let state = given::<Applications>(events)
        .when(withdraw("C1"))
        .then([withdrawn("C1")])
        .when(withdraw("P1"))
        .then([withdrawn("P1"), Event::Cancelled { cause: cause() }])
        .state();
    assert!(matches!(state.application().unwrap().stage, Stage::Cancelled(_)));
}

#[test]
fn a_rejection_of_what_was_confirmed_takes_its_place_once_it_is_upheld() {
    let said = || redeemed("C1", "100", true);
    let contested = || with(out(redemption()), [confirm(said()), contest_rejection()]);
    let uphold = || Command::UpholdRejection(cause());
    let overruled = || Event::Withdrawn {
        serial: serial("C1"),
        cause: cause(),
        taken_back: false,
        overruled: true,
    };

    assert_eq!(stage(contested()), Stage::Confirmed(Box::new(said())));
    let state = given::<Applications>(contested())
        .when(contest_rejection())
        .then([])
        .when(uphold())
        .then([overruled(), Event::Rejected(rejection("0"))])
        .state();
    let known = state.application().unwrap();
    assert!(matches!(known.stage, Stage::Rejected(_)) && known.contested_rejection().is_none());

    // What portions settled before stays settled.
    let first = confirm(redeemed("P1", "40", false));
    let portions = with(
        out(redemption()),
        [first, confirm(redeemed("C1", "60", true)), contest_rejection(), uphold()],
    );
    let last = Last::Rejection(rejection("0"));
    assert_eq!(stage(portions), Stage::PartlyConfirmed(last));
}

#[test]
fn a_record_in_whose_place_a_rejection_holds_is_old_news_and_another_one_is_not() {
    let said = || redeemed("C1", "100", true);
    let uphold = || Command::UpholdRejection(cause());
    let events = || with(out(redemption()), [confirm(said()), contest_rejection(), uphold()]);

    given::<Applications>(events()).when(confirm(said())).then([]).when(contest(said())).then([]);
    let state = given::<Applications>(events()).state();
    let known = state.application().unwrap();
    assert!(!known.is_away(&serial("C1")) && known.times_taken_back(&serial("C1")) == 0);

    let other = Applications::decide(&state, &confirm(redeemed("C2", "100", true)));
    assert!(matches!(other, Err(Refusal::Contradicts { .. })), "it is news: {other:?}");
    let differs = Applications::decide(&state, &confirm(redeemed("C1", "99", true)));
    assert!(matches!(differs, Err(Refusal::Contradicts { .. })), "it is another one: {differs:?}");

    // What portions settled before is not overruled: only the last record is.
    let first = || confirm(redeemed("P1", "40", false));
    let last = || redeemed("C1", "60", true);
    let before = [first(), confirm(last()), contest_rejection(), uphold()];
    given::<Applications>(with(out(redemption()), before))
        .when(first())
        .then([])
        .when(confirm(last()))
        .then([]);
}

#[test]
fn a_rejection_that_was_dropped_or_taken_back_is_old_news_and_another_one_is_not() {
    let said = redeemed("C1", "100", true);
    let contested = || with(out(redemption()), [confirm(said.clone()), contest_rejection()]);
    let drop = |taken_back| Command::DropRejection { cause: cause(), taken_back };
    let dropped = |taken_back| Event::RejectionDropped { cause: cause(), taken_back };

    given::<Applications>(contested())
        .when(drop(false))
        .then([dropped(false)])
        .when(contest_rejection())
        .then([]);
    let state = given::<Applications>(contested()).when(drop(true)).then([dropped(true)]);
    let state = state.when(contest_rejection()).then([]);
    let other = Rejection { cause: Cause::new("0107", "for another reason"), ..rejection("0") };
    let anew = Command::ContestRejection(other.clone());
    let state = state.when(anew).then([Event::RejectionContested(other)]);
    assert_eq!(state.state().application().unwrap().rejections_taken_back(), 1);
}

#[test]
fn a_rejection_that_a_confirmation_had_overturned_is_old_news() {
    let said = bought("C1", "1000", "0");
    let events = with(out(purchase()), [reject("0"), contest(said), uphold("C1")]);
    given::<Applications>(events).when(contest_rejection()).then([]);
}

#[test]
fn a_cancellation_that_a_confirmation_had_overturned_is_old_news() {
    let again = || cancel("09:30");
    let taken_back = || vec![place(purchase()), accept("A1"), again()];
    let upheld = [contest(bought("C1", "1000", "0")), uphold("C1")];
    given::<Applications>(with(taken_back(), upheld)).when(again()).then([]);
    // Where it never took effect, it contradicts.
    let confirmed = with(out(purchase()), [confirm(bought("C1", "1000", "0"))]);
    let state = given::<Applications>(confirmed).state();
    assert!(matches!(Applications::decide(&state, &again()), Err(Refusal::Contradicts { .. })));
}

#[test]
fn a_second_confirmation_that_is_upheld_takes_the_place_of_the_first() {
    let (first, second) = (redeemed("C1", "100", true), redeemed("C2", "90", true));
    let events = with(out(redemption()), [confirm(first), contest(second.clone()), uphold("C2")]);

    assert_eq!(
        events.last(),
        Some(&Event::Corrected { reverses: serial("C1"), confirmation: Box::new(second.clone()) })
    );
    let last = Last::Confirmation(Box::new(second));
    assert_eq!(stage(events.clone()), Stage::PartlyConfirmed(last));
    let state = given::<Applications>(events.clone()).state();
    let known = state.application().unwrap();
    assert!(!known.holds_against_its_end(&serial("C2")), "it was never over without shares");
    // Whoever reads an old file again hears the first record again.
    given::<Applications>(events).when(confirm(redeemed("C1", "100", true))).then([]);
}

#[test]
fn a_record_that_is_taken_back_leaves_the_application_waiting_for_another_one() {
    let said = redeemed("C1", "100", true);
    let events = with(out(redemption()), [confirm(said.clone()), withdraw("C1")]);

    let cause = cause();
    assert_eq!(
        events.last(),
        Some(&Event::Withdrawn {
            serial: serial("C1"),
            cause,
            taken_back: false,
            overruled: false
        })
    );
    assert_eq!(stage(events.clone()), Stage::Sent);
    // Who says again all that was ever said says that, too.
    given::<Applications>(events.clone()).when(confirm(said.clone())).then([]);
    // The same figures of another day are another record, whatever its serial.
    let day = said.confirmed_on.succ_opt().unwrap();
    let anew = Confirmation { confirmed_on: day, ..said };
    given::<Applications>(events.clone())
        .when(confirm(anew.clone()))
        .then([Event::Confirmed(Box::new(anew))]);
    given::<Applications>(events)
        .when(confirm(redeemed("C2", "99", true)))
        .then([Event::PartlyConfirmed(Box::new(redeemed("C2", "99", true)))]);
}

#[test]
fn without_its_last_record_an_application_is_where_it_was_before() {
    let portion = redeemed("C1", "40", false);
    let rows = [
        (vec![place(redemption()), accept("A1")], Stage::Accepted),
        (vec![place(redemption()), accept("A1"), seal()], Stage::Sealed),
        (out(redemption()), Stage::Sent),
    ];
    for (before, waiting) in rows {
        let whole = [confirm(redeemed("C2", "100", true)), withdraw("C2")];
        assert_eq!(stage(with(before.clone(), whole)), waiting);
        let part = [confirm(portion.clone()), withdraw("C1")];
        assert_eq!(stage(with(before.clone(), part)), waiting);
        let last = [confirm(portion.clone()), confirm(redeemed("C2", "60", true)), withdraw("C2")];
        assert_eq!(stage(with(before, last)), Stage::Confirming);
    }
}

#[test]
fn a_contested_record_that_is_withdrawn_changes_nothing_that_holds() {
    let (first, second) = (redeemed("C1", "100", true), redeemed("C2", "90", true));
    let before = with(out(redemption()), [confirm(first.clone())]);
    let events = with(out(redemption()), [confirm(first), contest(second.clone()), withdraw("C2")]);

    assert_eq!(stage(events.clone()), stage(before));
    given::<Applications>(events).when(contest(second)).then([]);
}

#[test]
fn a_contested_record_that_the_registrar_takes_back_is_old_news_and_another_one_is_contested_again()
{
    let (first, second) = (redeemed("C1", "100", true), redeemed("C2", "90", true));
    let take_back = Command::TakeBack(serial("C2"), cause());
    let before = [confirm(first), contest(second.clone()), take_back];
    let events = with(out(redemption()), before);

    let (serial, cause) = (serial("C2"), cause());
    let gone = Event::Withdrawn { serial, cause, taken_back: true, overruled: false };
    assert_eq!(events.last(), Some(&gone));
    given::<Applications>(events.clone()).when(contest(second)).then([]);
    let anew = redeemed("C2", "91", true);
    given::<Applications>(events)
        .when(contest(anew.clone()))
        .then([Event::Contested(Box::new(anew))]);
}

#[test]
fn what_takes_the_place_of_a_record_that_was_taken_back_under_its_serial_is_heard_once() {
    let (first, second) = (redeemed("C1", "100", true), redeemed("C1", "90", true));
    let before =
        [confirm(first), Command::TakeBack(serial("C1"), cause()), confirm(second.clone())];
    let events = with(out(redemption()), before);

    given::<Applications>(events.clone()).when(confirm(second.clone())).then([]);
    given::<Applications>(events).when(contest(second)).then([]);
}

#[test]
fn another_record_of_a_contested_serial_is_refused() {
    let (first, second) = (redeemed("C1", "100", true), redeemed("C2", "90", true));
    let before = [confirm(first), contest(second.clone()), withdraw("C1")];
    let events = with(out(redemption()), before);

    given::<Applications>(events.clone())
        .when(confirm(second.clone()))
        .then([Event::PartlyConfirmed(Box::new(second))]);
    let state = crate::decider::replay::<Applications>(&events).unwrap();
    let other = confirm(redeemed("C2", "80", true));
    assert!(matches!(Applications::decide(&state, &other), Err(Refusal::Contradicts { .. })));
}

#[test]
fn only_the_last_record_is_withdrawn_and_only_a_contested_one_upheld() {
    let (first, last) = (redeemed("C1", "40", false), redeemed("C2", "60", true));
    let events = || with(out(redemption()), [confirm(first.clone()), confirm(last.clone())]);

    given::<Applications>(events())
        .when(withdraw("C1"))
        .then_refused(Refusal::NotLast(serial("C1")));
    given::<Applications>(events())
        .when(uphold("C9"))
        .then_refused(Refusal::NotContested(serial("C9")));
}

/// Of a store of an earlier format, which has no day for it.
#[test]
fn a_rejection_that_was_overturned_is_the_same_once_it_is_heard_with_its_day() {
    let said = bought("C1", "1000", "0");
    let upheld = with(out(purchase()), [reject("0"), contest(said), uphold("C1")]);
    let on = |day: &str| {
        let stated = Stated {
            on: day.parse().ok(),
            refund: Money::ZERO,
            amount: Money::ZERO,
            shares: Shares::ZERO,
        };
        Rejection { stated: Some(stated), ..rejection("0") }
    };
    let again = Command::ContestRejection(on("2026-02-24"));
    given::<Applications>(upheld.clone()).when(again).then([]);
    let other = Rejection { cause: Cause::new("0010", "another one"), ..on("2026-02-24") };
    let contest = Command::ContestRejection(other.clone());
    given::<Applications>(upheld).when(contest).then([Event::RejectionContested(other)]);

    assert!(!on("2026-02-24").says_the_same(&on("2026-02-25")));
    assert!(on("2026-02-24").says_the_same(&rejection("0")));
}
