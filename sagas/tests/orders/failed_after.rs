//! A raising that fails after all: its rejection comes beside records of shares, once they are there, or with interest
//! that nobody can have earned. Whatever a person says of it, the money is where the closing puts it.

use crate::{
    outside::{received, rejected, subscribed},
    overruled::{Order, Word},
    stage::Stage,
    subscription,
};
use fundflow_domain::case::How;
use fundflow_runtime::message::Reply;
use fundflow_sagas::purchase::{Command, Purchase};

/// No raising becomes shares in portions.
const WHOLE: [Word; 4] = [Word::Sound, Word::Wrong, Word::Rejected, Word::Cancelled];

fn received_stage() -> Stage {
    let mut stage = subscription::stage();
    stage.outside.says("T.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
    stage
}

/// A subscription whose failed raising pays so much interest.
fn failing(interest: &'static str) -> Order<Purchase> {
    Order {
        stage: received_stage,
        request: subscription::request,
        of: "T.buy",
        at: "03-05 09:30",
        rejects: interest,
        confirms: |word| match word {
            Word::Sound => subscribed("C1", "2026-03-05", subscription::NUMBERS),
            Word::Wrong | Word::Portion | Word::Rejected | Word::Cancelled => {
                let dear = ["10000", "200", "0", "2.35", "9802.35", "2.35"];
                subscribed("C2", "2026-03-05", dear)
            }
        },
        close: |case, closing| Command::CloseCase { case, closing },
    }
}

#[test]
fn interest_of_a_raising_that_fails_after_its_shares_came_is_paid_like_any_other() {
    let mut stage = failing("2.35").closed(&[Word::Sound, Word::Rejected], &How::Accepted, false);
    stage.until("03-20 18:00");

    let look = stage.look::<Purchase>("T");
    assert!(look.finished && look.parked.is_none(), "{}", stage.text());
    assert!(look.open_ends.is_empty(), "{:?}\n{}", look.open_ends, stage.text());
    let [paid, back] = stage.outside.balance().map(|it| it.to_string());
    assert_eq!([paid, back], ["10000.00", "10002.35"], "{}", stage.text());
}

#[test]
fn interest_that_the_account_refuses_after_the_end_goes_to_the_one_that_a_person_names() {
    let mut order = failing("2.35");
    order.stage = || {
        let mut stage = received_stage();
        stage.outside.refuses.insert("acc-1".into());
        stage
    };
    let mut stage = order.closed(&[Word::Sound, Word::Rejected], &How::Accepted, false);
    stage.until("03-10 18:00");
    let (row, why) = stage.look::<Purchase>("T").parked.expect("a person is called");
    assert!(
        &*row == "interest refused at last" && why.text.contains("name another"),
        "{row}: {why}"
    );

    let account = "acc-2".parse().unwrap();
    let redirect = Command::Redirect { account, own_name: true, reason: "closed".into() };
    let reply = stage.command::<Purchase>("T", redirect);
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    stage.until("03-20 18:00");
    let look = stage.look::<Purchase>("T");
    assert!(look.finished && look.open_ends.is_empty(), "{}", stage.text());
    assert_eq!(stage.outside.balance()[1].to_string(), "10002.35", "{}", stage.text());
}

/// Its call may be under way: the bank is asked what became of it, and not asked to pay.
#[test]
fn interest_that_a_person_took_over_while_it_was_under_way_is_not_sent_by_us_as_well() {
    let mut stage = received_stage();
    let failed = rejected("2.35");
    stage.outside.says("T.buy", "2026-03-05T09:00:00+08:00", failed);
    stage.request::<Purchase>("T", subscription::request());
    stage.until("03-04 18:00");
    stage.outside.mute.insert("T.buy.out".into());
    stage.until("03-12 18:00");
    let look = stage.look::<Purchase>("T");
    assert!(look.parked.is_some(), "{}", stage.text());
    let reply = stage.abandon::<Purchase>("T");
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    // It never came: the bank says so as soon as it says anything.
    stage.outside.mute.clear();
    stage.until("03-20 18:00");
    assert!(stage.look::<Purchase>("T").finished, "{}", stage.text());
    assert!(!stage.outside.moved.contains_key("T.buy.out"), "{}", stage.text());
}

#[test]
fn what_was_said_of_a_subscription_is_settled_with_its_cases() {
    failing("2.35").whatever_is_said_of(&WHOLE);
}

#[test]
fn interest_that_nobody_can_have_earned_is_settled_with_its_cases() {
    failing("1000000").whatever_is_said_of(&WHOLE);
}
