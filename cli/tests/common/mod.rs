//! A small store in which every kind of purchase has happened, made by the runner itself on a clock
//! that stands still, and the command run on it.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#![allow(dead_code, reason = "each test file uses its part")]
use chrono::{NaiveDate, NaiveTime};
use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer, RefundAnswer};
use fundflow_domain::{
    admission::{Admission, DayUse},
    calendar::TradingCalendar,
    discount_purchase::Request,
    fund_order::{Cause, Confirmation, ConversionConfirmed, Outcome, Payment, PurchaseConfirmed},
    ids::{Leg, TransactionId},
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    money::Nav,
    time::Timestamp,
};
use fundflow_infrastructure::{
    catalogue,
    sqlite::{Settings, SqliteStore},
};
use fundflow_kernel::{loaded::Loaded, store::EventStore as _};
use fundflow_sagas::runner::{
    Answer, Effect, Input, Need, Runner, order_stream, purchase_stream, wallet_stream,
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
    Cause { code: code.into(), text: text.into() }
}

struct Making {
    store: SqliteStore,
    runner: Runner,
    calendar: Arc<TradingCalendar>,
}

/// Writes the store into `directory` and answers its file.
pub(crate) async fn make(directory: &Path) -> PathBuf {
    let path = directory.join("events.db");
    let calendar = Arc::new(TradingCalendar::xshg().unwrap());
    let store = SqliteStore::open(&path, &Settings::default()).unwrap();
    let runner = Runner::new(calendar.clone());
    let mut making = Making { store, runner, calendar };
    for (minute, (tx, investor, story)) in (0..).zip(STORIES) {
        let now = at(12, 10, minute);
        let input = making.request(tx, investor, now);
        making.hear(input, story, now).await;
    }
    for (minute, (tx, _, story)) in (0..).zip(STORIES) {
        making.next_morning(tx, story, at(13, 9, minute)).await;
    }
    making.store.close().await;
    path
}

impl Making {
    fn request(&self, tx: &str, investor: &str, now: Timestamp) -> Input {
        let funds = catalogue::shipped().unwrap();
        let fund = |code: &str| funds.on(code.parse().unwrap(), day(12)).unwrap();
        let amount = "10000.00".parse().unwrap();
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
            amount,
            mode: None,
            only_today: false,
        };
        let admission = Admission {
            amount,
            at: now,
            mode: None,
            investor: profile,
            wallet_fund: fund("050003"),
            target_fund: fund("050027"),
            channel: SalesChannel::DirectOnline,
            warning_confirmed: None,
            used_today: DayUse::default(),
            calendar: self.calendar.clone(),
        };
        Input::Place {
            ticket: 1,
            transaction: tx.parse().unwrap(),
            request: Box::new(request),
            admission: Ok(Box::new(admission)),
            trace_parent: None,
        }
    }

    async fn hear(&mut self, input: Input, story: Story, now: Timestamp) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.provide(&input).await;
            self.runner.handle(input, now);
            let out = self.runner.take();
            if !out.appends.is_empty() {
                self.store.append(out.appends).await.unwrap();
            }
            for (transaction, effect) in out.effects {
                let answer = answer(story, &effect, now);
                inputs.extend(answer.map(|answer| Input::Heard {
                    transaction,
                    answer,
                    asked: true,
                }));
            }
            for finished in out.finished {
                self.runner.forget(&finished);
            }
        }
    }

    async fn provide(&mut self, input: &Input) {
        while let Some(need) = self.runner.needs(input) {
            match need {
                Need::Saga(tx) => {
                    let order = |leg| order_stream(&tx, leg);
                    let purchase = Loaded::load(&self.store, &purchase_stream(&tx)).await.unwrap();
                    let buy = Loaded::load(&self.store, &order(Leg::MoneyFund)).await.unwrap();
                    let convert = Loaded::load(&self.store, &order(Leg::Conversion)).await.unwrap();
                    self.runner.provide_saga(tx, purchase, buy, convert);
                }
                Need::Wallet(id) => {
                    let wallet = Loaded::load(&self.store, &wallet_stream(&id)).await.unwrap();
                    self.runner.provide_wallet(id, wallet);
                }
            }
        }
    }

    /// What the registrar's files say on T+1.
    async fn next_morning(&mut self, tx: &str, story: Story, now: Timestamp) {
        let told: &[Answer] = match story {
            Story::Completes => &[bought("10000.00"), converted()],
            Story::KeptInWallet => &[bought("10000.00"), no_conversion()],
            Story::WrongSums => &[bought("9000.00")],
            Story::Rejected | Story::RefundLost => {
                let cause = cause("0212", "the fund is closed");
                &[
                    Answer::Application(Leg::MoneyFund, ApplicationAnswer::Rejected(cause)),
                    no_conversion(),
                ]
            }
            Story::Declined | Story::ChargeLost | Story::Unconfirmed => &[],
        };
        for answer in told {
            let (transaction, answer): (TransactionId, _) = (tx.parse().unwrap(), answer.clone());
            self.hear(Input::Heard { transaction, answer, asked: false }, story, now).await;
        }
    }
}

fn answer(story: Story, effect: &Effect, now: Timestamp) -> Option<Answer> {
    Some(match effect {
        Effect::Charge(_) if story == Story::Declined => {
            Answer::Charge(ChargeAnswer::Declined(cause("51", "not enough money")))
        }
        Effect::Charge(_) if story == Story::ChargeLost => {
            Answer::Charge(ChargeAnswer::Unknown(cause("timeout", "no answer in 30 s")))
        }
        Effect::Charge(charge) => Answer::Charge(ChargeAnswer::Paid(Payment {
            no: charge.no.clone(),
            serial: format!("P-{}", charge.order).into(),
            amount: charge.amount.into(),
            paid_at: now,
        })),
        Effect::Refund(refund) if story == Story::RefundLost => Answer::Refund(
            refund.no.clone(),
            RefundAnswer::Unknown(cause("timeout", "no answer in 30 s")),
        ),
        Effect::Refund(refund) => Answer::Refund(
            refund.no.clone(),
            RefundAnswer::Refunded(format!("B-{}", refund.no).into()),
        ),
        Effect::Submit(leg, application) => Answer::Application(
            *leg,
            ApplicationAnswer::Accepted(format!("R-{}", application.order).into()),
        ),
        Effect::QueryCharge(_) | Effect::QueryApplication(..) => return None,
    })
}

fn confirmed(leg: Leg, outcome: Outcome) -> Answer {
    let told = Confirmation {
        serial: "C-1".into(),
        confirmed_on: day(13),
        registered_on: day(13),
        outcome,
    };
    Answer::Application(leg, ApplicationAnswer::Confirmed(Box::new(told)))
}

fn bought(amount: &str) -> Answer {
    confirmed(
        Leg::MoneyFund,
        Outcome::Purchase(PurchaseConfirmed {
            amount: amount.parse().unwrap(),
            fee: "0.00".parse().unwrap(),
            refund: "0.00".parse().unwrap(),
            nav: Nav::ONE,
            shares: amount.parse().unwrap(),
        }),
    )
}

fn converted() -> Answer {
    confirmed(
        Leg::Conversion,
        Outcome::Conversion(ConversionConfirmed {
            shares_out: "10000.00".parse().unwrap(),
            nav_out: Nav::ONE,
            redemption_fee: "0.00".parse().unwrap(),
            topup_fee: "0.00".parse().unwrap(),
            net_in: "10000.00".parse().unwrap(),
            nav_in: "1.2345".parse().unwrap(),
            shares_in: "8100.45".parse().unwrap(),
        }),
    )
}

fn no_conversion() -> Answer {
    let cause = cause("0155", "not converted");
    Answer::Application(Leg::Conversion, ApplicationAnswer::Rejected(cause))
}

/// Runs the command on a store.
pub(crate) fn fundflow(store: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fundflow"));
    command.arg("--store").arg(store).args(arguments).output().unwrap()
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
