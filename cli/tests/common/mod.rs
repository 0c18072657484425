//! A small store in which every kind of purchase has happened, made by the runner itself on a clock
//! that stands still, and the command run on it.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#![allow(dead_code, reason = "each test file uses its part")]
use chrono::{NaiveDate, NaiveTime};
use fundflow::runtime::{
    kind::{payload, saga_id},
    message::{Answered, Effect, Input, What},
    port::{Ask, Payload},
    runner::Runner,
};
use fundflow_domain::{
    application::{Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed, Rejection},
    calendar::TradingCalendar,
    ids::{ApplicationNo, OrderId, TransactionId},
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    money::{Money, Nav, SignedMoney},
    orders::{Cause, Serial},
    payment::Receipt,
    time::Timestamp,
};
use fundflow_infrastructure::{
    catalogue,
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{
    store::{EventStore as _, Version},
    streams::Need,
};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Request},
    house::House,
    ports::{
        bank::{BankAnswer, BankCall, ChargeAnswer, RefundAnswer},
        registrar::{ApplicationAnswer, RegistrarCall, notice},
    },
};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

/// What happens to a purchase.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    Completes,
    KeptInWallet,
    Declined,
    Rejected,
    RefundLost,
    ChargeLost,
    Unconfirmed,
    WrongSums,
}

pub(crate) const STORIES: [(&str, &str, Story); 8] = [
    ("TX-1", "INV-1", Story::Completes),
    ("TX-2", "INV-1", Story::KeptInWallet),
    ("TX-3", "INV-2", Story::Declined),
    ("TX-4", "INV-2", Story::Rejected),
    ("TX-5", "INV-3", Story::RefundLost),
    ("TX-6", "INV-3", Story::ChargeLost),
    ("TX-7", "INV-4", Story::Unconfirmed),
    ("TX-8", "INV-4", Story::WrongSums),
];

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, d).unwrap()
}

fn at(d: u32, hour: u32, minute: u32) -> Timestamp {
    Timestamp::shanghai(day(d), NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

fn cause(code: &str, text: &str) -> Cause {
    Cause::new(code.to_owned(), text.to_owned())
}

struct Making {
    store: SqliteStore,
    runner: Runner,
}

pub(crate) fn house() -> House {
    let funds = catalogue::shipped().unwrap();
    House {
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
        funds: Arc::new(move |code, day| funds.on(code, day)),
        navs: Arc::new(|_, _| None),
        bank: "bank".parse().unwrap(),
        registrars: Arc::new(|_| "ta-05".parse().unwrap()),
        accounts: Arc::new(|_| None),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    }
}

/// Writes the store into `directory` and returns its file.
pub(crate) async fn make(directory: &Path) -> PathBuf {
    let path = directory.join("events.db");
    let mut making = Making::at(&path);
    for (minute, (tx, investor, story)) in (0..).zip(STORIES) {
        let now = at(12, 10, minute);
        making.hear(request(tx, investor, now), story, now).await;
    }
    for (minute, (tx, _, story)) in (0..).zip(STORIES) {
        making.next_morning(tx, story, at(13, 9, minute)).await;
    }
    making.store.close().await;
    path
}

/// Writes a store with one purchase: 4,000.00 of its 10,000.00 yuan are confirmed, with more to come.
pub(crate) async fn make_in_part(directory: &Path) {
    let mut making = Making::at(&directory.join("events.db"));
    let (tx, story) = ("TX-1", Story::Unconfirmed);
    making.hear(request(tx, "INV-1", at(12, 10, 0)), story, at(12, 10, 0)).await;
    let said = Confirmation { finished: false, ..confirmed("C-1", bought_for("4000.00")) };
    let no = ApplicationNo::of(&OrderId::part(&tx.parse().unwrap(), "mmf"));
    let (stream, news) = notice(&no, ApplicationAnswer::Confirmed(Box::new(said)));
    making.hear(What::Notice { stream, news }, story, at(13, 9, 0)).await;
    making.store.close().await;
}

fn request(tx: &str, investor: &str, now: Timestamp) -> What {
    let profile = InvestorProfile {
        id: investor.parse().unwrap(),
        account: "ACC-1".parse().unwrap(),
        risk: InvestorRisk::C4,
        questionnaire_valid_until: NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(),
        questionnaire: "q.2025".parse().unwrap(),
        kyc: KycState::Verified,
        id_valid_until: NaiveDate::from_ymd_opt(2030, 1, 1).unwrap(),
        same_name_card: true,
        customer_type: CustomerType::Individual,
        holds: std::collections::BTreeSet::new(),
    };
    let request = Request {
        investor: profile.id.clone(),
        account: profile.account.clone(),
        wallet_fund: "050003".parse().unwrap(),
        target_fund: "050027".parse().unwrap(),
        amount: "10000.00".parse().unwrap(),
        mode: None,
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let asked = Asked {
        investor: profile,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: Some(now),
    };
    What::Request {
        saga: saga_id::<DiscountPurchase>(&tx.parse().unwrap()),
        request: payload(request),
        asked: payload(asked),
        at: Some(now),
        trace_parent: None,
    }
}

impl Making {
    fn at(path: &Path) -> Self {
        let store = SqliteStore::open(path, &Settings::default()).unwrap();
        let mut runner = Runner::new();
        runner.register(Arc::new(DiscountPurchase { house: house() }));
        Self { store, runner }
    }

    async fn hear(&mut self, what: What, story: Story, now: Timestamp) {
        let mut inputs = vec![what];
        while let Some(what) = inputs.pop() {
            self.decide(what, now).await;
            let out = self.runner.take();
            if !out.appends.is_empty() {
                self.store.append(out.appends).await.unwrap();
            }
            for effect in out.effects {
                if let Some(answer) = answer(story, &effect, now) {
                    inputs.push(What::Answer(Box::new(Answered { effect, answer })));
                }
            }
            self.runner.settle(out.batch, &out.finished, &out.released);
        }
    }

    async fn decide(&mut self, what: What, now: Timestamp) {
        let mut input = Input::new(1, what);
        while let Err(wanting) = self.runner.handle(input, now) {
            self.provide(&wanting.needs).await;
            input = wanting.input;
        }
        while let Some(starving) = self.runner.starving() {
            self.provide(&starving).await;
            self.runner.go_on(now);
        }
    }

    async fn provide(&mut self, needs: &[Need]) {
        for need in needs {
            let history = self.store.read(need.stream(), Version::NONE, 1000).await.unwrap();
            assert_eq!(self.runner.provide(need, &history), None);
        }
    }

    /// What the registrar's files say on T+1.
    async fn next_morning(&mut self, tx: &str, story: Story, now: Timestamp) {
        let said = match story {
            Story::Completes => vec![("mmf", bought("10000.00")), ("convert", converted())],
            Story::KeptInWallet => vec![("mmf", bought("10000.00")), ("convert", refused())],
            Story::WrongSums => vec![("mmf", bought("9000.00"))],
            Story::Rejected | Story::RefundLost => {
                vec![("mmf", rejected("0212", "the fund is closed")), ("convert", refused())]
            }
            Story::Declined | Story::ChargeLost | Story::Unconfirmed => vec![],
        };
        let transaction: TransactionId = tx.parse().unwrap();
        for (leg, answer) in said {
            let no = ApplicationNo::of(&OrderId::part(&transaction, leg));
            let (stream, news) = notice(&no, answer);
            self.hear(What::Notice { stream, news }, story, now).await;
        }
    }
}

fn serial(text: &str) -> Serial {
    Serial::new(text).unwrap()
}

fn answer(story: Story, effect: &Effect, now: Timestamp) -> Option<Payload> {
    let lost = || cause("timeout", "no answer in 30 s");
    if let Some(call) = effect.call_as::<RegistrarCall>() {
        let RegistrarCall::Submit(application) = call else { return None };
        let accepted =
            ApplicationAnswer::Accepted(serial(&format!("R-{}", application.terms.order)));
        return (effect.ask == Ask::Call).then(|| payload(accepted));
    }
    Some(payload(match effect.call_as::<BankCall>()? {
        BankCall::Charge(_) if story == Story::Declined => {
            BankAnswer::Charge(ChargeAnswer::Declined(cause("51", "not enough money")))
        }
        BankCall::Charge(_) if story == Story::ChargeLost => {
            BankAnswer::Charge(ChargeAnswer::Unknown(lost()))
        }
        BankCall::Charge(charge) => BankAnswer::Charge(ChargeAnswer::Paid(Receipt {
            no: charge.no.clone(),
            serial: serial(&format!("P-{}", charge.order)),
            amount: charge.amount.into(),
            paid_at: now,
        })),
        BankCall::Refund(refund) | BankCall::AskRefund(refund) if story == Story::RefundLost => {
            BankAnswer::Refund(refund.no.clone(), RefundAnswer::Unknown(lost()))
        }
        BankCall::Refund(refund) | BankCall::AskRefund(refund) => {
            let back = RefundAnswer::Refunded(serial(&format!("B-{}", refund.no)));
            BankAnswer::Refund(refund.no.clone(), back)
        }
        BankCall::Payout(_) | BankCall::AskPayout(_) => return None,
    }))
}

pub(crate) fn confirmed(serial_no: &str, outcome: Outcome) -> Confirmation {
    Confirmation {
        serial: serial(serial_no),
        confirmed_on: day(13),
        registered_on: day(13),
        finished: true,
        misnamed: vec![],
        outcome,
    }
}

fn bought(amount: &str) -> ApplicationAnswer {
    ApplicationAnswer::Confirmed(Box::new(confirmed("C-1", bought_for(amount))))
}

pub(crate) fn bought_for(amount: &str) -> Outcome {
    Outcome::Purchase(PurchaseConfirmed {
        amount: amount.parse().unwrap(),
        fee: Money::ZERO,
        refund: Money::ZERO,
        nav: Nav::ONE,
        shares: amount.parse().unwrap(),
    })
}

fn converted() -> ApplicationAnswer {
    let outcome = Outcome::Conversion(ConversionConfirmed {
        shares_out: "10000.00".parse().unwrap(),
        nav_out: Nav::ONE,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in: "10000.00".parse().unwrap(),
        nav_in: "1.2345".parse().unwrap(),
        shares_in: "8100.45".parse().unwrap(),
        income: SignedMoney::ZERO,
        lots: vec![],
    });
    ApplicationAnswer::Confirmed(Box::new(confirmed("C-2", outcome)))
}

fn rejected(code: &str, text: &str) -> ApplicationAnswer {
    ApplicationAnswer::Rejected(Rejection::of(cause(code, text)))
}

fn refused() -> ApplicationAnswer {
    rejected("0155", "not converted")
}

/// Runs the command on a store.
pub(crate) fn fundflow(store: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("--store").arg(store).args(arguments).output().unwrap()
}

/// A store of an earlier program, to be played on.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What was typed, what was printed, how it ended.
pub(crate) fn transcript(store: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = fundflow(store, arguments);
    let text =
        |bytes| String::from_utf8(bytes).unwrap().replace(&*store.to_string_lossy(), "STORE");
    let (stdout, stderr) = (text(stdout), text(stderr));
    let code = status.code().unwrap();
    let typed = arguments.join(" ");
    format!("$ fundflow {typed}\n{stdout}--- error output\n{stderr}--- exit {code}\n")
}

/// Compares with the golden file; `UPDATE_GOLDEN=1` writes it instead.
pub(crate) fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name} differs; UPDATE_GOLDEN=1 writes it");
}

/// Those of these cases that are about no position: where the register's file of positions contradicts what its record
/// booked, that is a case of its own. A sum that differs by a record that is in dispute has none beside the record's.
pub(crate) fn without_positions(mut cases: serde_json::Value) -> serde_json::Value {
    let all = cases.as_array_mut().unwrap();
    all.retain(|case| case["proposal"]["source"] != "holdings");
    cases
}
