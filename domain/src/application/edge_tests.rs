//! The last instant, the same word in other figures, and histories that no decider could have written.

use crate::application::{
    Applications, Command, Confirmation, Event, Message, Reception, Refusal, Rejection, State,
    tests::{
        accept, after, bought, cancel, cause, confirm, contest, day, out, place, purchase,
        redeemed, redemption, reject, rejection, seal, send, serial, subscription, withdraw,
    },
};
use crate::{
    decider::{Decider, replay},
    orders::own_cause,
    testing::given,
};

fn receive(name: &str) -> Command {
    let (serial, on) = (serial(name), day("2026-02-24").date());
    Command::Receive(Reception { serial, on, amount: None })
}

fn contradicts(stands: Message, came: Message) -> Refusal {
    Refusal::Contradicts { stands: Box::new(stands), came: Box::new(came) }
}

/// Whether a decider could have written it.
fn possible(history: &[Event], then: &Event) -> bool {
    let state = replay::<Applications>(history).unwrap();
    Applications::evolve(state, then).is_some()
}

#[test]
fn what_its_registrar_has_is_unsealed_until_it_is_in_a_batch() {
    let is_unsealed = |commands: Vec<Command>| {
        let state = given::<Applications>(after(commands)).state();
        state.application().unwrap().is_unsealed()
    };
    let placed = || place(subscription());
    assert!(!is_unsealed(vec![placed()]), "nobody has it");
    assert!(is_unsealed(vec![placed(), accept("A1")]));
    assert!(is_unsealed(vec![placed(), accept("A1"), receive("R120")]), "that seals nothing");
    assert!(!is_unsealed(vec![placed(), accept("A1"), seal()]));
    assert!(!is_unsealed(vec![placed(), accept("A1"), seal(), send(), receive("R120")]));
}

#[test]
fn another_reception_contradicts_the_first() {
    let received = |name: &str| match receive(name) {
        Command::Receive(reception) => Message::Reception(reception),
        _ => panic!("it is one"),
    };
    let first = || after(out(subscription()).into_iter().chain([receive("R120")]));
    let other = contradicts(received("R120"), received("R121"));
    given::<Applications>(first()).when(receive("R121")).then_refused(other);
}

#[test]
fn an_order_is_taken_back_before_its_cut_off_and_its_batch_and_not_at_that_instant() {
    let cancelled = || Event::Cancelled { cause: cause() };
    let accepted = || vec![place(subscription()), accept("A1")];
    given::<Applications>(after(accepted())).when(cancel("14:59")).then([cancelled()]);
    let received = accepted().into_iter().chain([receive("R120")]);
    given::<Applications>(after(received)).when(cancel("14:59")).then([cancelled()]);

    let at = |time: &str| match cancel(time) {
        Command::Cancel { at, cut_off, .. } => (at, cut_off),
        _ => panic!("it is one"),
    };
    let (late, cut_off) = at("15:00");
    let passed = || Refusal::CutOffPassed { at: late, cut_off };
    given::<Applications>(after(accepted())).when(cancel("15:00")).then_refused(passed());
    let sealed = || accepted().into_iter().chain([seal()]);
    given::<Applications>(after(sealed())).when(cancel("15:00")).then_refused(passed());
    let (early, _) = at("14:59");
    let in_batch = || Refusal::AlreadySealed { at: early, cut_off };
    given::<Applications>(after(sealed())).when(cancel("14:59")).then_refused(in_batch());
    let received = sealed().chain([send(), receive("R120")]);
    given::<Applications>(after(received)).when(cancel("14:59")).then_refused(in_batch());
}

#[test]
fn a_rejection_that_sends_interest_contradicts_another_and_what_was_taken_back() {
    let came = || Message::Rejection(rejection("2.50"));
    let rejected = after(out(subscription()).into_iter().chain([reject("2.35")]));
    let stands = Message::Rejection(rejection("2.35"));
    given::<Applications>(rejected).when(reject("2.50")).then_refused(contradicts(stands, came()));

    let cancelled = || after([place(subscription()), accept("A1"), cancel("14:59")]);
    given::<Applications>(cancelled()).when(reject("0")).then([]);
    let stands = Message::Cancellation(cause());
    given::<Applications>(cancelled())
        .when(reject("2.50"))
        .then_refused(contradicts(stands, came()));

    // So does one of the rest.
    let rest = || {
        let half = [confirm(redeemed("C1", "40", false)), reject("2.35")];
        after(out(redemption()).into_iter().chain(half))
    };
    given::<Applications>(rest()).when(reject("2.35")).then([]);
    let stands = Message::Rejection(rejection("2.35"));
    given::<Applications>(rest()).when(reject("2.50")).then_refused(contradicts(stands, came()));
}

#[test]
fn a_correction_is_known_by_its_record_and_names_the_last_one() {
    let correct = |reverses: &str, by: Confirmation| Command::Correct {
        reverses: serial(reverses),
        confirmation: Box::new(by),
    };
    let once = || {
        let said = [confirm(bought("C1", "1000", "0")), correct("C1", bought("C2", "900", "100"))];
        after(out(purchase()).into_iter().chain(said))
    };
    let same = || bought("C2", "900", "100");
    given::<Applications>(once()).when(correct("C1", same())).then([]);
    let other = bought("C2", "800", "200");
    let message = |it: &Confirmation| Message::Confirmation(it.clone());
    given::<Applications>(once())
        .when(correct("C1", other.clone()))
        .then_refused(contradicts(message(&same()), message(&other)));
    let refused = Refusal::TooEarly { stage: "partly confirmed", step: "a correction" };
    given::<Applications>(once())
        .when(correct("C1", bought("C3", "700", "300")))
        .then_refused(refused);
}

/// The registrar says more of a record under the number of one that is contested: which of the two it means, a person
/// finds out.
#[test]
fn another_record_under_the_number_of_a_contested_one_corrects_nothing() {
    let correct =
        |by: Confirmation| Command::Correct { reverses: serial("C1"), confirmation: Box::new(by) };
    let contested = bought("C2", "900", "100");
    let before = || {
        let said = [confirm(bought("C1", "1000", "0")), contest(contested.clone())];
        after(out(purchase()).into_iter().chain(said))
    };
    let other = bought("C2", "800", "200");
    let message = |it: &Confirmation| Message::Confirmation(it.clone());
    given::<Applications>(before())
        .when(correct(other.clone()))
        .then_refused(contradicts(message(&contested), message(&other)));
    given::<Applications>(before()).when(correct(contested.clone())).then([Event::Corrected {
        reverses: serial("C1"),
        confirmation: Box::new(contested.clone()),
    }]);
}

#[test]
fn a_history_moves_an_open_order_from_the_day_that_it_was_of() {
    let moved = |from: &str| Event::Moved {
        from: day(from),
        to: day("2026-02-24"),
        promised: crate::application::tests::promise("2026-02-25"),
        topup_discount: None,
        rounding: None,
    };
    let open = after([place(purchase()), accept("A1")]);
    assert!(possible(&open, &moved("2026-02-13")));
    assert!(!possible(&open, &moved("2026-02-12")), "it was of another day");
    assert!(!possible(&after(out(purchase())), &moved("2026-02-13")), "it is out");
}

#[test]
fn a_history_asks_for_other_shares_of_a_redemption_that_nobody_has() {
    let changed = |from: &str| {
        let (from, to) = (from.parse().unwrap(), "90".parse().unwrap());
        Event::AskChanged { from, to }
    };
    let placed = after([place(redemption())]);
    assert!(possible(&placed, &changed("100")));
    assert!(!possible(&placed, &changed("99.99")), "it was of others");
    assert!(!possible(&after([place(redemption()), accept("A1")]), &changed("100")));
}

#[test]
fn a_history_rejects_what_is_open_and_what_was_rejected_only_with_another_word() {
    let rejected = |interest: &str| Event::Rejected(rejection(interest));
    let once = after(out(subscription()).into_iter().chain([reject("2.35")]));
    assert!(!possible(&once, &rejected("2.35")));
    assert!(possible(&once, &rejected("2.50")));
    let open = after(out(redemption()));
    assert!(possible(&open, &rejected("0")));
    let in_part =
        after(out(redemption()).into_iter().chain([confirm(redeemed("C1", "40", false))]));
    assert!(!possible(&in_part, &rejected("0")), "only the rest can be");
    let over = after(out(redemption()).into_iter().chain([confirm(redeemed("C1", "100", true))]));
    assert!(!possible(&over, &rejected("0")));
}

#[test]
fn a_history_confirms_what_is_open_once_under_each_number() {
    let portion = |name: &str| Event::PortionConfirmed(Box::new(redeemed(name, "40", false)));
    let once = after(out(redemption()).into_iter().chain([confirm(redeemed("C1", "40", false))]));
    assert!(possible(&once, &portion("C2")));
    assert!(!possible(&once, &portion("C1")));
    assert!(!possible(&after([place(redemption())]), &portion("C1")), "nobody has it");
    let over = after(out(redemption()).into_iter().chain([reject("0")]));
    assert!(!possible(&over, &portion("C1")));
}

#[test]
fn a_history_contests_under_each_number_once_until_it_is_settled() {
    let contested =
        |name: &str, amount: &str| Event::Contested(Box::new(bought(name, amount, "0")));
    let rejected = || after(out(purchase()).into_iter().chain([reject("0")]));
    let once = || [rejected(), vec![contested("L1", "1000")]].concat();
    assert!(possible(&rejected(), &contested("L1", "1000")));
    assert!(!possible(&once(), &contested("L1", "900")), "nobody has settled the first");
    assert!(possible(&once(), &contested("L2", "900")));
}

/// Whether its registrar took it back, or a person settled it; and of the record that holds nobody asks that.
#[test]
fn a_record_is_taken_back_by_its_registrar_only_while_it_is_contested() {
    let contested = || {
        after(out(purchase()).into_iter().chain([reject("0"), contest(bought("L1", "1000", "0"))]))
    };
    let holds = || after(out(purchase()).into_iter().chain([confirm(bought("L1", "1000", "0"))]));
    let withdrawn = |taken_back: bool| Event::Withdrawn {
        serial: serial("L1"),
        cause: cause(),
        taken_back,
        overruled: false,
    };
    let by_registrar = || Command::TakeBack(serial("L1"), cause());
    for (before, command, taken_back) in [
        (contested(), withdraw("L1"), false),
        (contested(), by_registrar(), true),
        (holds(), withdraw("L1"), false),
        (holds(), by_registrar(), false),
    ] {
        given::<Applications>(before).when(command).then([withdrawn(taken_back)]);
    }
}

#[test]
fn a_number_that_was_taken_back_is_away_until_something_new_is_said_under_it() {
    let away = |more: Vec<Command>| {
        let twice = [confirm(bought("C1", "1000", "0")), withdraw("C1")]
            .into_iter()
            .chain([confirm(bought("C2", "900", "100")), withdraw("C2")]);
        let all = out(purchase()).into_iter().chain(twice).chain(more);
        let state = given::<Applications>(after(all)).state();
        let known = state.application().unwrap().clone();
        ["C1", "C2", "C3"].map(|name| known.is_away(&serial(name)))
    };
    assert_eq!(away(vec![]), [true, true, false]);
    assert_eq!(away(vec![confirm(bought("C1", "800", "200"))]), [false, true, false]);
}

#[test]
fn a_second_rejection_with_other_interest_contradicts_the_one_that_is_contested() {
    let contested = || {
        let said = [reject("2.35"), Command::ContestRejection(rejection("2.50"))];
        after(out(subscription()).into_iter().chain(said))
    };
    let came = || Command::ContestRejection(rejection("2.60"));
    let stands = Message::Rejection(rejection("2.35"));
    given::<Applications>(contested())
        .when(came())
        .then_refused(contradicts(stands, Message::Rejection(rejection("2.60"))));
}

/// The name of a case is in the log of every store: it is that of the wording that was heard first.
#[test]
fn a_contested_rejection_names_the_case_of_the_same_one_in_other_words() {
    let known = |commands: Vec<Command>| match given::<Applications>(after(commands)).state() {
        State::Known(known) => known,
        State::Absent => panic!("it was placed"),
    };
    let worded = |interest: &str| Rejection {
        cause: own_cause("0011", "in other words"),
        ..rejection(interest)
    };
    let confirmed = || [out(purchase()), vec![confirm(bought("C1", "1000", "0"))]].concat();
    let contested = |before: Vec<Command>| {
        known([before, vec![Command::ContestRejection(rejection("2.35"))]].concat())
    };
    let of_confirmed = contested(confirmed());
    assert_eq!(of_confirmed.worded_as(&worded("2.35")), &rejection("2.35"));
    assert_eq!(of_confirmed.worded_as(&worded("2.50")), &worded("2.50"), "it sends otherwise");
    assert_eq!(known(confirmed()).worded_as(&worded("2.35")), &worded("2.35"));

    // Of what was rejected before only one that states the same.
    let of_rejected = contested([out(purchase()), vec![reject("0")]].concat());
    assert_eq!(of_rejected.worded_as(&worded("2.35")), &rejection("2.35"));
    let refund = crate::application::Stated {
        on: None,
        refund: "1000".parse().unwrap(),
        amount: crate::money::Money::ZERO,
        shares: crate::money::Shares::ZERO,
    };
    let sends = Rejection { stated: Some(refund), ..worded("2.35") };
    assert_eq!(of_rejected.worded_as(&sends), &sends);
    assert_eq!(of_confirmed.worded_as(&sends), &rejection("2.35"));
}
