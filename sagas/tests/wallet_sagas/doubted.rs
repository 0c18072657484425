//! Random runs in which the registrar contradicts itself and people close cases in every way, give up and
//! take back: no money and no share of a withdrawal is lost or made.

use crate::{
    audited,
    doubts::{Doubt, Doubted, bring_to_its_end, by_hand, doubts, play},
    outside::{purchased, record, redeemed, rejected},
    paid,
    planted::excused,
    recharge,
    stage::{Stage, order},
    withdraw::{asked, request, stage},
};
use fundflow_application::audit::Report;
use fundflow_domain::{
    application::{Application, Applications, Confirmation, Outcome},
    case::{CaseId, Closing},
    ids::ApplicationNo,
};
use fundflow_kernel::{envelope::Recorded, streams::Key};
use fundflow_runtime::{look::Look, message::Action};
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    withdraw::{Command, Withdraw},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

struct Order(Stage<Withdraw>);

impl Order {
    fn no() -> ApplicationNo {
        ApplicationNo::of(&order("redeem"))
    }

    fn application(&self) -> Option<Application> {
        let key: Key<Applications> = Key::of(&Self::no());
        self.0.fold(&key).state.application().cloned()
    }

    fn deliver(&mut self, said: ApplicationAnswer) {
        if self.application().is_some() {
            self.0.notice(notice(&Self::no(), said));
        }
    }
}

impl Doubted for Order {
    fn hours(&mut self, hours: i64) {
        let then = self.0.now.plus_millis(hours * 3_600_000);
        self.0.settle();
        while self.0.runner.next_timer().is_some_and(|due| due <= then) {
            self.0.ring();
            self.0.settle();
        }
        self.0.now = then;
    }
    fn silence(&mut self, silent: bool) {
        for name in ["redeem", "redeem.out", "redeem.part2.out", "redeem.part3.out"] {
            if silent {
                self.0.outside.down.insert(name.to_owned());
            } else {
                self.0.outside.down.remove(name);
            }
        }
    }
    fn confirms(&mut self, whole: bool, serial: u8, last: bool) {
        let shares = if whole { "400" } else { "150" }.parse().unwrap();
        let said = record(&format!("c-{serial}"), "2026-02-04", last, redeemed(shares, "0"));
        self.deliver(said);
    }
    fn rejects(&mut self) {
        self.deliver(rejected("0002"));
    }
    fn closes(&mut self, case: CaseId, closing: Box<Closing>) {
        self.0.command(Command::CloseCase { case, closing });
    }
    fn cancels(&mut self) {
        self.0.command(Command::Cancel { at: self.0.now });
    }
    fn acts(&mut self, action: Action) {
        self.0.act(action);
    }
    fn dies(&mut self, calls_arrive: bool) {
        self.0.dies(calls_arrive);
    }
    fn moved(&self) -> Vec<String> {
        self.0.outside.moved()
    }
    fn fuse(&mut self, appends: Option<usize>) {
        self.0.fuse = appends;
    }
    fn seen(&self) -> Look {
        self.0.look()
    }
    fn log(&self) -> &[Recorded] {
        &self.0.events
    }
    fn audit(&self) -> Report {
        crate::audited::report(&self.0.events, self.0.kinds())
    }
    fn transcript(&self) -> String {
        self.0.text()
    }
}

fn withdrawn_in_doubt(doubts: &[Doubt]) {
    let mut order = Order(stage("02-03 10:00"));
    order.0.request(request(Some("400")), asked());
    play(&mut order, doubts);
    bring_to_its_end(&mut order);

    let (text, look) = (order.transcript(), order.seen());
    let application = order.application();
    let said: Vec<&Confirmation> =
        application.iter().flat_map(Application::confirmations).collect();
    let sum =
        |of: fn(&Outcome) -> Decimal| -> Decimal { said.iter().map(|it| of(&it.outcome)).sum() };
    let left = sum(|it| match it {
        Outcome::Redemption(it) => it.shares.decimal(),
        _ => Decimal::ZERO,
    });
    let brought = sum(|it| match it {
        Outcome::Redemption(it) => it.payout.decimal(),
        _ => Decimal::ZERO,
    });
    let wallet = order.0.wallet();
    let gone = Decimal::from(1000) - wallet.registered().decimal();
    assert_eq!(gone, left - by_hand(&look, "missing"), "{text}");
    assert!(wallet.reserved().is_zero() && wallet.disputed().is_zero(), "{text}");
    let paid = paid::in_all(&order.0.events);
    let hand = ["payout", "proceeds", "underpaid"].iter().map(|name| by_hand(&look, name));
    let hand = hand.sum::<Decimal>() - by_hand(&look, "overpaid");
    assert_eq!(paid + hand, brought, "{:?}\n{text}", look.open_ends);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_of_a_withdrawal_its_shares_and_its_money_are_somewhere(doubts in doubts()) {
        withdrawn_in_doubt(&doubts);
    }
}

#[test]
fn a_case_about_a_withdrawal_excuses_nothing_else_of_it() {
    use Doubt::{Confirms, Hours, Rejects};
    let said: [&[Doubt]; 3] = [
        &[Confirms(true, 0, true), Hours(96), Confirms(false, 1, true)],
        &[Confirms(true, 0, true), Hours(96), Rejects],
        &[Confirms(false, 0, true), Hours(1)],
    ];
    for doubts in said {
        let mut order = Order(stage("02-03 10:00"));
        order.0.request(request(Some("400")), asked());
        order.hours(28);
        play(&mut order, doubts);
        let report = order.audit();
        assert!(report.counts.open_cases > 0, "{doubts:?}\n{}", order.transcript());
        let named = |log: &[_]| audited::is_named(&audited::report(log, order.0.kinds()));
        let unseen = crate::cut::unseen_in_dispute(order.log(), named);
        assert_eq!(unseen, [""; 0], "cut off");
        let excused = excused(order.log(), named);
        assert!(excused.is_empty(), "{excused:?} {doubts:?}\n{}", order.transcript());
    }
}

#[test]
fn a_case_about_a_recharge_excuses_nothing_else_of_it() {
    let all = |serial, amount: &str, refund: &str| {
        let bought = purchased(amount.parse().unwrap(), refund.parse().unwrap());
        record(serial, "2026-02-04", true, bought)
    };
    let said = [
        vec![all("c-0", "1000", "0"), all("c-1", "400", "600")],
        vec![all("c-0", "1000.05", "0")],
        vec![rejected("0002"), all("c-0", "1000", "0")],
        vec![all("c-0", "1000", "0"), rejected("0002")],
    ];
    for words in said {
        let mut stage = recharge::stage("02-03 10:00");
        stage.request(recharge::request(), recharge::asked());
        stage.settle();
        for word in &words {
            stage.notice(notice(&ApplicationNo::of(&order("mmf")), word.clone()));
        }
        let context = || format!("{words:?}\n{}", stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, context);
        assert!(report.counts.open_cases > 0, "{}", context());
        let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
        let unseen = crate::cut::unseen_in_dispute(&stage.events, named);
        assert_eq!(unseen, [""; 0], "cut off");
        let excused = excused(&stage.events, named);
        assert!(excused.is_empty(), "{excused:?} {}", context());
    }
}

#[test]
fn all_of_it_that_is_upheld_by_a_record_that_is_not_the_last_has_left() {
    use Doubt::{Confirms, Rejects};
    withdrawn_in_doubt(&[Confirms(false, 1, true), Rejects, Confirms(true, 0, false)]);
}
