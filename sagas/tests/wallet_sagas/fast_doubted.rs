//! Random runs in which the registrar contradicts itself on a bank's redemption, or on the transfer to it, and
//! people close cases in every way and give up: of each yuan that the bank advanced it has money, shares or a
//! claim, and never two of them.

use crate::{
    audited,
    doubts::{Doubt, Doubted, bring_to_its_end, by_hand, doubts, play},
    fast_given_up::cases,
    fast_overpaid::{close, manual},
    fast_short::left_on_the_books,
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed, rejected, serial as serial_no},
    planted::excused,
    stage::{Stage, order, out_no},
};
use fundflow_application::audit::Report;
use fundflow_domain::{
    advance::{self, Advance, Advances},
    application::{Application, Applications, FastTransferConfirmed, Outcome},
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    orders::Cause,
};
use fundflow_kernel::{envelope::Recorded, streams::Key};
use fundflow_runtime::{
    look::Look,
    message::{Action, Reply},
};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::{
        advance::{AdvanceAnswer, AdvanceSaid, RepaymentAnswer, notice as bank_notice},
        registrar::{ApplicationAnswer, notice},
    },
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The registrar contradicts itself on that leg.
struct Order(Stage<FastWithdraw>, &'static str);

pub(crate) fn application(stage: &Stage<FastWithdraw>, leg: &'static str) -> Option<Application> {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(leg)));
    stage.fold(&key).state.application().cloned()
}

impl Order {
    fn deliver(&mut self, said: ApplicationAnswer) {
        if application(&self.0, self.1).is_some() {
            self.0.notice(notice(&ApplicationNo::of(&order(self.1)), said));
        }
    }

    fn bank(&mut self, said: AdvanceSaid) {
        if self.advance().is_some() {
            self.0.notice(bank_notice(&out_no("transfer"), said));
        }
    }

    fn advance(&self) -> Option<Advance> {
        self.0.fold(&Key::<Advances>::of(&out_no("transfer"))).state.advance().cloned()
    }

    /// Shares that the records of that leg moved, and yuan that they brought.
    fn moved(&self, leg: &'static str) -> (Decimal, Decimal) {
        let known = application(&self.0, leg);
        let said = known.iter().flat_map(Application::confirmations);
        said.fold((Decimal::ZERO, Decimal::ZERO), |(shares, money), it| match &it.outcome {
            Outcome::FastTransfer(it) => (shares + it.shares.decimal(), money),
            Outcome::Redemption(it) => (shares + it.shares.decimal(), money + it.payout.decimal()),
            other => panic!("{other:?}"),
        })
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
        let bank = (self.1 == "advance").then_some("transfer.out");
        for name in ["transfer", "transfer.out.repay", "redeem"].into_iter().chain(bank) {
            if silent {
                self.0.outside.down.insert(name.to_owned());
            } else {
                self.0.outside.down.remove(name);
            }
        }
    }
    fn confirms(&mut self, whole: bool, serial: u8, last: bool) {
        if self.1 == "advance" {
            let amount = if whole { "10000" } else { "4000" }.parse().unwrap();
            let (serial, at) = (serial_no(&format!("B-{serial}")), self.0.now);
            let moved = advance::Transfer { serial, amount, at };
            return self.bank(if last {
                AdvanceSaid::Advance(AdvanceAnswer::Advanced(moved))
            } else {
                AdvanceSaid::Repayment(RepaymentAnswer::Repaid(moved))
            });
        }
        let shares = if whole { "10000" } else { "4000" }.parse().unwrap();
        let (on, last, outcome) = if self.1 == "redeem" {
            ("2026-02-05", last, redeemed(shares, "0"))
        } else {
            // A transfer comes in no parts.
            let all = FastTransferConfirmed { shares, income: "0".parse().unwrap() };
            ("2026-02-04", true, Outcome::FastTransfer(all))
        };
        let said = record(&format!("c-{serial}"), on, last, outcome);
        self.deliver(said);
    }
    fn rejects(&mut self) {
        if self.1 == "advance" {
            let cause = Cause::new("61", "not today");
            return self.bank(AdvanceSaid::Advance(AdvanceAnswer::Declined(cause)));
        }
        self.deliver(rejected("0002"));
    }
    fn closes(&mut self, case: CaseId, closing: Box<Closing>) {
        self.0.command(Command::CloseCase { case, closing });
    }
    fn cancels(&mut self) {
        self.0.command(Command::Cancel);
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
        audited::report(&self.0.events, self.0.kinds())
    }
    fn transcript(&self) -> String {
        self.0.text()
    }
}

/// A person closes what is open, as long as something is: what follows from it, too.
fn settles(order: &mut Order) {
    for _ in 0..6 {
        order.hours(24 * 3);
        for (case, _) in cases(&order.0).into_iter().filter(|(_, state)| state.is_open()) {
            if !matches!(close(&mut order.0, case, How::Accepted), Reply::Acted) {
                close(&mut order.0, case, manual());
            }
            order.hours(1);
        }
    }
}

fn advanced_in_doubt(leg: &'static str, before: u8, doubts: &[Doubt]) {
    let mut order = Order(stage("02-03 10:00"), leg);
    order.0.request(request("10000"), asked());
    order.hours(before.into());
    play(&mut order, doubts);
    settles(&mut order);
    bring_to_its_end(&mut order);

    let (text, look) = (order.transcript(), order.seen());
    let advance = order.advance().unwrap();
    let paid = advance.paid.as_ref().map_or(Decimal::ZERO, |it| it.amount.decimal());
    let ((gone, _), (redeemed, brought)) = (order.moved("transfer"), order.moved("redeem"));
    let wallet = order.0.wallet();
    let left_wallet = Decimal::from(12000) - wallet.registered().decimal();
    assert_eq!(left_wallet, gone - by_hand(&look, "missing"), "{text}");
    assert!(wallet.reserved().is_zero() && wallet.disputed().is_zero(), "{text}");

    let got_back = advance.got_back().unwrap().decimal();
    let by_hand = by_hand(&look, "repayment");
    // Where the transfer of what was redeemed is none any more, the bank has its money all the same.
    let retained = (gone - redeemed).max(Decimal::ZERO);
    let has = got_back + retained + advance.recourse.decimal() + by_hand;
    assert_eq!(has, paid.max(brought), "{advance:?} {by_hand}\n{text}");
    assert!(advance.overpaid.is_zero() && got_back <= brought, "{advance:?}\n{text}");
    // What a person pays by hand is what the books still show, out of what the redemption brought.
    let shown = |account: &str, sum: Decimal| (!sum.is_zero()).then(|| format!("{account} {sum}"));
    let owed = by_hand.min(paid - retained);
    let books = [
        shown("A:CUST:ADVANCED:TX-1", owed),
        shown("L:BANK:ADVANCE:bank-7", -owed),
        shown("L:CUST:REDEEM:TX-1", got_back - brought),
    ];
    assert_eq!(
        left_on_the_books(&order.0),
        books.into_iter().flatten().collect::<Vec<_>>(),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_of_a_banks_redemption_it_has_what_it_advanced_once(
        before in prop::sample::select(vec![0_u8, 26, 50, 96]),
        doubts in doubts(),
    ) {
        advanced_in_doubt("redeem", before, &doubts);
    }

    #[test]
    fn whatever_a_bank_says_of_its_advance_it_comes_to_an_end_that_adds_up(
        before in prop::sample::select(vec![0_u8, 26, 50, 96]),
        silent in any::<bool>(),
        doubts in doubts(),
    ) {
        let mut order = Order(stage("02-03 10:00"), "advance");
        order.silence(silent);
        order.0.request(request("10000"), asked());
        order.hours(before.into());
        play(&mut order, &doubts);
        settles(&mut order);
        bring_to_its_end(&mut order);
        let (wallet, text) = (order.0.wallet(), order.transcript());
        prop_assert!(wallet.reserved().is_zero() && wallet.disputed().is_zero(), "{text}");
    }

    #[test]
    fn whatever_is_said_of_the_transfer_to_a_bank_it_has_what_it_advanced_once(
        before in prop::sample::select(vec![0_u8, 26, 50, 96]),
        doubts in doubts(),
    ) {
        advanced_in_doubt("transfer", before, &doubts);
    }
}

#[test]
fn a_case_about_a_fast_withdrawal_excuses_nothing_else_of_it() {
    use Doubt::{Confirms, Hours, Rejects};
    let said: [(&str, &[Doubt]); 6] = [
        ("redeem", &[Confirms(false, 1, true)]),
        ("redeem", &[Confirms(true, 1, true), Confirms(false, 2, true)]),
        ("redeem", &[Rejects]),
        ("transfer", &[Confirms(false, 1, true)]),
        ("transfer", &[Rejects, Hours(24)]),
        ("advance", &[Rejects]),
    ];
    for ((leg, doubts), before) in said.iter().flat_map(|it| [28, 54, 96].map(|at| (it, at))) {
        let mut order = Order(stage("02-03 10:00"), leg);
        order.0.request(request("10000"), asked());
        order.hours(before);
        play(&mut order, doubts);
        let report = order.audit();
        assert!(report.counts.open_cases > 0, "{doubts:?}\n{}", order.transcript());
        let named = |log: &[_]| audited::is_named(&audited::report(log, order.0.kinds()));
        let unseen = crate::cut::unseen_in_dispute(order.log(), named);
        assert_eq!(unseen, [""; 0], "cut off");
        let excused = excused(order.log(), named);
        assert!(excused.is_empty(), "{excused:?} {leg} {doubts:?}\n{}", order.transcript());
    }
}
