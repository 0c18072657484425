//! A trading service with the engine inside: a payment channel of its own, one store, one purchase.
//!
//! `cargo run --release --example embed`

use fundflow::application::counterparty::{Charge, ChargeAnswer, PaymentChannel};
use fundflow::application::counterparty::{Refund, RefundAnswer};
use fundflow::domain::{calendar::TradingCalendar, fund_order::Payment, ids::PaymentNo};
use fundflow::kernel::clock::{Clock, ManualClock};
use fundflow::{Engine, Purchase, Rest, domain::investor::SalesChannel};
use fundflow_infrastructure::sandbox::registrar::{Confirming, Market, SandboxRegistrar};
use fundflow_infrastructure::sandbox::scenario::Scenario;
use fundflow_infrastructure::{catalogue, sqlite::Settings, sqlite::SqliteStore};
use std::{collections::HashMap, sync::Arc};

/// Our bank. It takes money once per number, and answers the same to every repeat.
struct OurBank(ManualClock, tokio::sync::Mutex<HashMap<PaymentNo, Payment>>);

impl PaymentChannel for OurBank {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        let (no, serial) = (charge.no.clone(), format!("bank-{}", charge.no).into());
        let paid = Payment { no, serial, amount: charge.amount.into(), paid_at: self.0.now() };
        let mut books = self.1.lock().await;
        ChargeAnswer::Paid(books.entry(charge.no).or_insert(paid).clone())
    }

    async fn query(&self, no: PaymentNo) -> ChargeAnswer {
        let books = self.1.lock().await;
        books.get(&no).cloned().map_or(ChargeAnswer::NotFound, ChargeAnswer::Paid)
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        RefundAnswer::Refunded(format!("back-{}", refund.no).into())
    }
}

/// As the customer system would tell it.
const INVESTOR: &str = r#"{"id": "INV-1", "account": "card-1", "risk": "C4", "kyc": "verified",
    "questionnaire": "q-2026", "questionnaire_valid_until": "2027-01-31", "same_name_card": true,
    "id_valid_until": "2035-06-30", "customer_type": "individual"}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A fixed business instant: the same run on any day. A service leaves `.clock` out.
    let clock = ManualClock::at("2026-02-12T10:00:00+08:00".parse()?);
    let (calendar, time) = (Arc::new(TradingCalendar::xshg()?), Arc::new(clock.clone()));
    let bank = Arc::new(OurBank(clock.clone(), tokio::sync::Mutex::default()));
    let market = Market::at_par(calendar.clone());
    let registrar = SandboxRegistrar::in_memory(Scenario::default(), market, time);
    let registrar = Arc::new(registrar.confirming(Confirming::InAnswer));
    let folder = tempfile::tempdir()?;
    let store = Arc::new(SqliteStore::open(folder.path().join("events.db"), &Settings::default())?);
    let funds = catalogue::shipped().map_err(|wrong| format!("{wrong:?}"))?;
    let builder = Engine::builder(store.clone(), bank, registrar, calendar).clock(clock);
    let engine = builder.funds(move |code, day| funds.on(code, day)).start().await?;

    let purchase = Purchase {
        transaction: "TX-1".parse()?, // yours, once per purchase and for ever
        investor: serde_json::from_str(INVESTOR)?,
        wallet_fund: "000730".parse()?,
        target_fund: "011162".parse()?,
        amount: "10000.00".parse()?,
        mode: None,
        only_today: false,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: None,
        trace_parent: None,
    };
    let (placed, rest) = engine.purchase_watched(purchase.clone()).await?;
    println!("{} is durable; T is {}", placed.transaction, placed.admitted.trade_date);
    match rest.await? {
        Rest::Ended(ending) => println!("it came to its end: {ending:?}"),
        Rest::Parked(cause) => println!("it waits for a person: {}", cause.text),
    }
    println!("asked again: {:?}, no second order", engine.purchase(purchase).await?.ending);
    engine.shutdown().await?;
    store.close().await;
    Ok(())
}
