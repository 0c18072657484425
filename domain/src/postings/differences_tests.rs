//! What becomes of a difference, by kind of record and by how its case is closed.

use super::{
    Account, Balances, Differences, Posting, Source, imbalance, of_application,
    tests::{as_, bought, buy, confirm, convert, converted, redeem, redeemed, says, tx},
};
use crate::{
    application::{Applications, Command, Rejection, State},
    case::{self, CaseId, Cases, Closing, How, Kind, Reopening, Report},
    decider::Decider,
    orders::own_cause,
    text::Text,
};

/// An order and the cases on its records, as an audit hears them.
#[derive(Default)]
pub(super) struct Audited {
    balances: Balances,
    differences: Differences,
    order: State,
    case: case::State,
    source: Option<Source>,
}

impl Audited {
    pub(super) fn of(source: Source) -> Self {
        Self { source: Some(source), ..Self::default() }
    }

    /// The customer's money comes, or goes back where it is negative.
    pub(super) fn money(self, yuan: &str) -> Self {
        self.money_of("TX-1.mmf", yuan)
    }

    pub(super) fn money_of(mut self, order: &str, yuan: &str) -> Self {
        let (order, debit) = (as_(order), as_(yuan));
        self.post(&[
            Posting { account: Account::ChannelReceivable, debit },
            Posting { account: Account::Pending(order), debit: -debit },
        ]);
        self
    }

    #[track_caller]
    fn post(&mut self, entry: &[Posting]) {
        assert!(imbalance(entry).is_empty(), "{entry:?}");
        for posting in entry {
            self.balances.post(posting).unwrap();
        }
    }

    pub(super) fn says(mut self, commands: impl IntoIterator<Item = Command>) -> Self {
        for command in commands {
            for event in Applications::decide(&self.order, &command).unwrap() {
                let source = self.source.unwrap();
                let mut entry = of_application(&tx(), source, &self.order, &event).unwrap();
                let of = ((&tx(), source), (&self.order, &event));
                self.differences.of_application(of.0, of.1, &mut entry, &self.balances);
                self.post(&entry);
                self.order = Applications::evolve(self.order, &event).unwrap();
            }
        }
        self
    }

    pub(super) fn record(&self) -> CaseId {
        let known = self.order.application().unwrap();
        known.case_of(known.confirmations().last().unwrap())
    }

    fn about(mut self, id: CaseId, command: &case::Command) -> Self {
        for event in Cases::decide(&self.case, command).unwrap() {
            self.case = Cases::evolve(self.case, &event).unwrap();
            let entry = self.differences.of_case(id, &self.case, &self.balances);
            self.post(&entry);
        }
        self
    }

    pub(super) fn opened(self) -> Self {
        let id = self.record();
        self.about(id, &case::Command::Open(Box::new(report(id))))
    }

    /// A case on what the order's rejection sends.
    pub(super) fn opened_on(self, rejection: &Rejection) -> Self {
        let id = self.order.application().unwrap().case_of_rejection(rejection);
        self.about(id, &case::Command::Open(Box::new(report(id))))
    }

    pub(super) fn closed(self, how: How) -> Self {
        let (id, by, reason) =
            (self.case.case().unwrap().id, Text::lossy("chen"), Text::lossy("x"));
        self.about(id, &case::Command::Close(Closing { how, by, reason }))
    }

    /// Puts that case aside as it stands, and opens the one on an earlier record.
    fn opened_of(mut self, serial: &str) -> Self {
        let known = self.order.application().unwrap();
        let of = known.confirmations().find(|it| it.serial.as_str() == serial).unwrap();
        let id = known.case_of(of);
        self.case = case::State::default();
        self.about(id, &case::Command::Open(Box::new(report(id))))
    }

    pub(super) fn reopened(self) -> Self {
        let (id, by, reason) = (self.case.case().unwrap().id, Text::lossy("li"), Text::lossy("y"));
        self.about(id, &case::Command::Reopen(Reopening { by, reason }))
    }

    /// From here on another order is audited, and its cases.
    pub(super) fn of_another_order(self) -> Self {
        let (order, case) = (State::default(), case::State::default());
        Self { order, case, ..self }
    }

    /// Goes on from what a table kept of the differences so far.
    #[track_caller]
    fn recalled(mut self) -> Self {
        let kept = self.differences.take_changed();
        assert_eq!(self.differences.take_changed(), [], "nothing changed since");
        self.differences = Differences::default();
        for it in kept {
            self.differences.recall(it);
        }
        self
    }

    /// Whether a person is still to close the case on the one record in suspense.
    #[track_caller]
    fn is_open(&self) -> bool {
        let mut accounts = self.balances.iter().map(|(account, _)| account);
        let Some(Account::Suspense(of)) = accounts.find(|it| matches!(it, Account::Suspense(_)))
        else {
            panic!("{:?}", self.left())
        };
        self.differences.is_open(of)
    }

    /// Of differences, and of the customer's money, without the name of the case.
    pub(super) fn left(&self) -> Vec<String> {
        let shown = |(account, sum): (&Account, _)| match account {
            Account::Suspense(of) | Account::OverShort(of) | Account::ByHand(of) => {
                Some(format!("{} {} {sum}", account.class(), of.order))
            }
            Account::Pending(_) | Account::Redeem(_) => Some(format!("{account} {sum}")),
            _ => None,
        };
        let mut left: Vec<String> = self.balances.iter().filter_map(shown).collect();
        left.sort();
        left
    }
}

fn report(id: CaseId) -> Report {
    let finding = case::Finding {
        kind: Kind::AmountDiffers,
        what: Text::lossy("a difference"),
        ours: vec![],
        theirs: vec![],
        disputed: case::Disputed::default(),
    };
    Report {
        id,
        at: as_("2026-02-24T10:00:00+08:00"),
        source: case::Source {
            kind: case::SourceKind::RegistrarCallback,
            name: Text::lossy("registrar"),
            record: Text::lossy("APP1"),
        },
        transaction: Some(tx()),
        order: Some(as_("TX-1.mmf")),
        fund: None,
        findings: vec![finding],
        evidence: Text::lossy("as it came"),
    }
}

pub(super) fn manual() -> How {
    How::Manual { text: Text::lossy("by letter") }
}

fn paid_by_us() -> How {
    How::PaidByUs { amount: as_("0.01") }
}

fn rejected() -> Command {
    let cause = own_cause("0212", "no");
    Command::Reject(Rejection::of(cause))
}

/// A record of each kind that is a fen short, and those that take more than was asked; what each differs by,
/// and whether it buys.
fn records() -> [(Audited, &'static str, bool); 4] {
    let conversion = [convert("10000"), confirm("C1", true, converted("9852.21", "147.78"))];
    let redemption = [redeem("6000"), confirm("C1", true, redeemed("7842.60", "34.30", "7808.31"))];
    let purchase = [buy("1000"), confirm("C1", true, bought("1000.02", "0", "0"))];
    let part = [buy("1000"), confirm("C1", false, bought("1000.02", "0", "0"))];
    [
        (Audited::of(Source::Payment).says(conversion), "-0.01", false),
        (Audited::of(Source::Payment).says(redemption), "0.01", false),
        (Audited::of(Source::Payment).money("1000.00").says(purchase), "0.02", true),
        (Audited::of(Source::Payment).money("1000.00").says(part), "0.02", true),
    ]
}

#[test]
fn a_difference_is_in_suspense_until_its_case_is_closed_and_leaves_it_by_the_way_of_closing() {
    type Way = (fn() -> How, &'static str);
    let ways: [Way; 3] =
        [(|| How::Accepted, "E:OVERSHORT"), (paid_by_us, "E:OVERSHORT"), (manual, "A:BYHAND")];
    for (how, account) in ways {
        for (audited, sum, buys) in records() {
            let account = if buys { "A:BYHAND" } else { account };
            let keeps =
                |audited: &Audited| audited.left().into_iter().filter(|it| !it.contains("CUST"));
            let only = |account: &str| vec![format!("{account} TX-1.mmf {sum}")];
            let audited = audited.opened();
            assert_eq!(keeps(&audited).collect::<Vec<_>>(), only("L:SUSPENSE"));
            let audited = audited.closed(how());
            assert_eq!(keeps(&audited).collect::<Vec<_>>(), only(account));
            let audited = audited.reopened();
            assert_eq!(keeps(&audited).collect::<Vec<_>>(), only("L:SUSPENSE"));
        }
    }
}

/// A table may forget nothing between any two of them.
#[test]
fn who_goes_on_from_what_was_kept_of_differences_books_what_whoever_read_all_of_it_does() {
    for (audited, sum, buys) in records() {
        let audited = audited.recalled().opened().recalled();
        assert!(audited.is_open());
        assert_eq!(audited.differences.is_of_a_purchase(audited.record()), buys);
        let audited = audited.closed(manual()).recalled();
        let by_hand = format!("A:BYHAND TX-1.mmf {sum}");
        assert!(audited.left().contains(&by_hand), "{:?}", audited.left());
        let audited = audited.reopened().recalled();
        let open = format!("L:SUSPENSE TX-1.mmf {sum}");
        assert!(audited.left().contains(&open), "{:?}", audited.left());
    }
}

/// What nobody paid is the investor's debt, and no less because the registrar sends back what nobody is owed.
#[test]
fn what_a_purchase_sends_back_too_much_is_no_payment_of_what_it_takes_too_much() {
    for (how, left) in [
        (
            (|| How::Accepted) as fn() -> How,
            &["A:BYHAND TX-1.mmf 0.02", "E:OVERSHORT TX-1.mmf -0.50"][..],
        ),
        (manual, &["A:BYHAND TX-1.mmf -0.48"]),
    ] {
        let said = [buy("1000"), confirm("C1", true, bought("1000.02", "0", "0.50"))];
        let audited = Audited::of(Source::Payment).money("1000.00").says(said).opened();
        assert_eq!(audited.left(), ["L:SUSPENSE TX-1.mmf -0.48"]);
        let audited = audited.closed(how());
        assert_eq!(audited.left(), left);
        let debts: Vec<_> =
            audited.differences.debts(&audited.balances).map(|(_, sum)| sum).collect();
        assert_eq!(debts, [as_("0.02")], "both ways");
    }
}

#[test]
fn a_record_that_is_taken_back_takes_its_difference_with_it_however_its_case_was_closed() {
    for how in [|| How::Accepted, manual, || How::Withdrawn] {
        for (audited, ..) in records() {
            let audited = audited.opened().closed(how());
            let serial = as_("C1");
            let audited = audited.says([Command::Withdraw(serial, own_cause("x", "taken back"))]);
            assert!(audited.left().iter().all(|it| it.contains("CUST")), "{:?}", audited.left());
        }
    }
}

#[test]
fn a_record_that_came_after_its_case_was_closed_is_no_exception() {
    let said = || [buy("1000"), confirm("C1", true, bought("1000.02", "0", "0"))];
    let id = Audited::of(Source::Payment).says(said()).record();
    let audited = Audited::of(Source::Payment).money("1000.00");
    let audited =
        audited.about(id, &case::Command::Open(Box::new(report(id)))).closed(How::Accepted);

    assert_eq!(audited.says(said()).left(), ["A:BYHAND TX-1.mmf 0.02"]);
}

#[test]
fn another_record_of_the_same_order_is_explained_by_no_case_but_its_own() {
    let audited = Audited::of(Source::Payment).money("1000.00");
    let audited = audited.says([buy("1000"), confirm("C1", true, bought("1000.02", "0", "0"))]);
    let audited = audited.opened().closed(How::Accepted);
    let confirmation = Box::new(says("C2", true, bought("1500", "0", "0")));
    let audited = audited.says([Command::Correct { reverses: as_("C1"), confirmation }]);

    assert_eq!(audited.left(), ["L:SUSPENSE TX-1.mmf 500.00"]);
    assert!(!audited.is_open(), "the case of C1 says nothing of C2");
    assert!(audited.opened_of("C2").is_open());
}

/// The registrar rejects it, and carries it out all the same.
fn upheld(sum: &str) -> [Command; 4] {
    let late = says("L1", true, bought(sum, "0", "0"));
    [buy("1000"), rejected(), Command::Contest(Box::new(late)), Command::Uphold(as_("L1"))]
}

#[test]
fn what_holds_after_a_rejection_is_paid_with_what_is_there_and_the_rest_is_ours() {
    let there = Audited::of(Source::Payment).money("1000.00").says(upheld("1000")).opened();
    assert_eq!(there.left(), ["L:CUST:PENDING:TX-1.mmf -1000.00", "L:SUSPENSE TX-1.mmf 1000.00"]);
    assert_eq!(there.closed(How::Accepted).left(), [""; 0]);

    let back = Audited::of(Source::Payment).money("1000.00").money("-1000.00").says(upheld("1000"));
    let back = back.opened().closed(How::Accepted);
    assert_eq!(back.left(), ["A:BYHAND TX-1.mmf 1000.00"]);

    // Said otherwise after that, it is still an order whose money may have gone back.
    let confirmation = Box::new(says("L2", true, bought("900", "0", "100")));
    let corrected = back.says([Command::Correct { reverses: as_("L1"), confirmation }]);
    assert_eq!(corrected.left(), ["L:SUSPENSE TX-1.mmf 900.00"]);
    let audited = corrected.says([Command::Withdraw(as_("L2"), own_cause("x", "taken back"))]);
    assert_eq!(audited.left(), [""; 0]);
}

/// The engine closes the case by itself, and a person gets back what nobody paid.
#[test]
fn a_corrected_purchase_of_what_went_back_is_by_hand_while_its_correction_stands() {
    let back = Audited::of(Source::Payment).money("1000.00").money("-1000.00").says(upheld("1000"));
    let back = back.opened();
    let confirmation = Box::new(says("L2", true, bought("900", "0", "100")));
    let audited = back.says([Command::Correct { reverses: as_("L1"), confirmation }]);
    let by_record = audited.record();

    let audited = audited.closed(How::Corrected { by_record });
    assert_eq!(audited.left(), ["A:BYHAND TX-1.mmf 900.00"]);
    assert_eq!(audited.recalled().reopened().left(), ["L:SUSPENSE TX-1.mmf 900.00"]);
}

#[test]
fn a_corrected_conversion_that_does_not_add_up_is_explained_by_nothing() {
    let said = [convert("10000"), confirm("C1", true, converted("9852.21", "147.78"))];
    let audited = Audited::of(Source::Payment).says(said).opened();
    let confirmation = Box::new(says("C2", true, converted("9000.00", "147.78")));
    let audited = audited.says([Command::Correct { reverses: as_("C1"), confirmation }]);
    let by_record = audited.record();

    let audited = audited.closed(How::Corrected { by_record });
    assert_eq!(audited.left(), ["L:SUSPENSE TX-1.mmf -852.22"]);
}

#[test]
fn money_that_went_back_by_an_earlier_record_is_lacking_by_the_one_that_takes_it() {
    let audited = Audited::of(Source::Payment).money("1000.00");
    let audited = audited.says([buy("1000"), confirm("C1", true, bought("600", "0", "400"))]);
    let audited = audited.money("-400.00");
    let confirmation = Box::new(says("C2", true, bought("1000", "0", "0")));
    let audited = audited.says([Command::Correct { reverses: as_("C1"), confirmation }]).opened();
    assert_eq!(audited.left(), ["L:SUSPENSE TX-1.mmf 400.00"]);

    let audited = audited.closed(How::Accepted);
    assert_eq!(audited.left(), ["A:BYHAND TX-1.mmf 400.00"]);
    let audited = audited.says([Command::Withdraw(as_("C2"), own_cause("x", "taken back"))]);
    assert_eq!(audited.left(), ["L:CUST:PENDING:TX-1.mmf -600.00"]);
}

/// Two records are carried out for the money of one, and a person accepts the later one first.
#[test]
fn what_a_record_gives_back_pays_for_the_other_one() {
    let later = Box::new(says("L2", true, bought("1000", "0", "0")));
    let first = Box::new(says("L1", false, bought("1000", "0", "0")));
    let said = [buy("1000"), rejected(), Command::Contest(first), Command::Uphold(as_("L1"))];
    let audited = Audited::of(Source::Payment).money("1000.00").says(said);
    let audited = audited.says([Command::Contest(later), Command::Uphold(as_("L2"))]).opened();
    let audited = audited.closed(How::Accepted).opened_of("L1").closed(How::Accepted);
    assert_eq!(audited.left(), ["A:BYHAND TX-1.mmf 1000.00"], "L2 is paid, and L1 is not");

    let gone = audited.says([Command::Withdraw(as_("L2"), own_cause("x", "taken back"))]);
    assert_eq!(gone.left(), [""; 0], "nobody owes what the order's own money pays");
}
