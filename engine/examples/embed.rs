//! A trading service with the engine inside: a payment channel of its own, one store, one purchase.
//!
//! `cargo run --release --example embed`

use fundflow::kernel::clock::{Clock as _, ManualClock};
use fundflow::{Asking, Engine, Notice, Rest};
use fundflow_application::guard::LedgerGuard;
use fundflow_domain::calendar::TradingCalendar;
use fundflow_domain::investor::{InvestorProfile, SalesChannel};
use fundflow_domain::{ids::PaymentNo, orders::Cause, orders::Serial, payment::Receipt};
use fundflow_infrastructure::sandbox::registrar::{Market, SandboxRegistrar};
use fundflow_infrastructure::{catalogue, sqlite::Settings, sqlite::SqliteStore};
use fundflow_sagas::discount_purchase::{Asked, DiscountPurchase, Request};
use fundflow_sagas::house::House;
use fundflow_sagas::ports::bank::{Bank, Charge, ChargeAnswer, PaymentChannel};
use fundflow_sagas::ports::bank::{Payout, PayoutAnswer, Refund, RefundAnswer};
use fundflow_sagas::ports::registrar::Register;
use std::{collections::HashMap, error::Error, sync::Arc};

/// Our bank. It takes money once per number, and answers the same to every repeat.
struct OurBank(ManualClock, tokio::sync::Mutex<HashMap<PaymentNo, Receipt>>);

impl PaymentChannel for OurBank {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        let (no, amount) = (charge.no.clone(), charge.amount.into());
        let mut books = self.1.lock().await;
        let serial = Serial::numbered("bank-", books.len() as u64);
        let paid = Receipt { no, serial, amount, paid_at: self.0.now() };
        ChargeAnswer::Paid(books.entry(charge.no).or_insert(paid).clone())
    }

    async fn query(&self, charge: Charge) -> ChargeAnswer {
        let books = self.1.lock().await;
        books.get(&charge.no).cloned().map_or(ChargeAnswer::NotFound, ChargeAnswer::Paid)
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        // It has one refund per payment, and numbers it like the payment.
        let books = self.1.lock().await;
        match books.get(&PaymentNo::pay(&refund.order)) {
            Some(paid) => RefundAnswer::Refunded(paid.serial.clone()),
            None => RefundAnswer::Unknown(Cause::new("not_found", "nothing was paid for it")),
        }
    }

    async fn query_refund(&self, refund: Refund) -> RefundAnswer {
        let _ = refund;
        // Here nothing is given up by hand; a bank looks it up, and sends nothing by that.
        RefundAnswer::NotFound
    }

    async fn query_payout(&self, payout: Payout) -> PayoutAnswer {
        let _ = payout;
        PayoutAnswer::NotFound
    }
}

/// As the customer system would tell it.
const INVESTOR: &str = r#"{"id": "INV-1", "account": "card-1", "risk": "C4", "kyc": "verified",
    "questionnaire": "q-2026", "questionnaire_valid_until": "2027-01-31", "same_name_card": true,
    "id_valid_until": "2035-06-30", "customer_type": "individual"}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A fixed business instant: the same run on any day. A service leaves `.clock` out.
    let clock = ManualClock::at("2026-02-12T10:00:00+08:00".parse()?);
    let (calendar, time) = (Arc::new(TradingCalendar::xshg()?), Arc::new(clock.clone()));
    let funds = catalogue::shipped().map_err(|wrong| wrong[0].to_string())?;
    let terms = move |code, day| funds.on(code, day);
    let house = House::of(calendar.clone(), terms, "bank".parse()?, "ta-05".parse()?);
    let registrar = Arc::new(SandboxRegistrar::counting(Market::at_par(calendar), time));
    let folder = tempfile::tempdir()?;
    let store = Arc::new(SqliteStore::open(folder.path().join("events.db"), &Settings::default())?);
    let bank = Arc::new(OurBank(clock.clone(), tokio::sync::Mutex::default()));
    let engine = Engine::builder(store.clone())
        .saga(DiscountPurchase { house })
        .port("bank", Arc::new(Bank(bank)))?
        .port("ta-05", Arc::new(Register(registrar.clone())))?
        // No decision is written that makes money or shares, or loses them.
        .guard(LedgerGuard)
        .clock(clock.clone())
        .start()
        .await?;

    let investor: InvestorProfile = serde_json::from_str(INVESTOR)?;
    let request = Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: "000730".parse()?,
        target_fund: "011162".parse()?,
        amount: "10000.00".parse()?,
        mode: None,
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let channel = SalesChannel::DirectOnline;
    let asked = Asked { investor, channel, warning_confirmed: None, at: None };
    // The transaction ID is yours: once per purchase and for ever.
    let asking = Asking::<DiscountPurchase>::of("TX-1".parse()?, request, asked);
    let (placed, rest) = engine.request_watched(asking.clone()).await?;
    println!("{} is durable; T is {}", placed.transaction, placed.promise.trade_date);
    engine.settle().await?;

    // The next morning the registrar confirms both orders.
    clock.advance_to("2026-02-13T10:00:00+08:00".parse()?);
    let due = registrar.due(clock.now()).into_iter();
    engine.deliver(due.map(|(stream, news)| Notice { stream, news }).collect()).await;
    match rest.await? {
        Rest::Ended(ending) => println!("it came to its end: {ending}"),
        Rest::Parked(cause) => println!("it waits for a person: {}", cause.text),
    }
    let (again, _) = engine.request_watched(asking).await?;
    println!("asked again: {}, no second order", again.ending.unwrap_or_default());
    // 32 bytes that stand for all of it: stored elsewhere, they show later whether anything was changed.
    let head = store.tree_head()?;
    println!("the root over {} events is {}", head.size, head.root);
    engine.shutdown().await?;
    store.close().await;
    Ok(())
}
