//! What the engine's handle says ahead: quotes, previews, looks. What is said is what is then done, and saying it
//! appends nothing.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow::{
    Action, Asking, NoQuote, SagaId,
    kernel::{
        envelope::Actor,
        store::{EventStore as _, Position},
        time::Timestamp,
    },
    runtime::{
        kind::saga_id,
        process::Disposition,
        quote::{Revocable, Until},
    },
};
use fundflow_cli::{Registry, Stage};
use fundflow_domain::{
    calendar::TradingCalendar,
    fast_redemption::Advancer,
    investor::{InvestorProfile, SalesChannel},
    modes::ConversionMode,
};
use fundflow_infrastructure::{catalogue, sqlite::SqliteStore};
use fundflow_sagas::{
    discount_purchase::{Asked, Command, DiscountPurchase, Request},
    fast_withdraw::{self, FastWithdraw},
    house::House,
    parts::milestone::Scope,
    recharge::{self, Recharge},
};
use std::{path::Path, sync::Arc};

const INVESTOR: &str = r#"{"id": "INV-1", "account": "card-1", "risk": "C4", "kyc": "verified",
    "questionnaire": "q-2026", "questionnaire_valid_until": "2027-01-31", "same_name_card": true,
    "id_valid_until": "2035-06-30", "customer_type": "individual"}"#;

fn at(text: &str) -> Timestamp {
    format!("2026-02-{text}:00+08:00").parse().unwrap()
}

fn saga() -> DiscountPurchase {
    let funds = catalogue::shipped().unwrap();
    let calendar = Arc::new(TradingCalendar::xshg().unwrap());
    let terms = move |code, day| funds.on(code, day);
    let house = House::of(calendar, terms, "bank".parse().unwrap(), "ta-05".parse().unwrap());
    DiscountPurchase { house }
}

fn asking(target: &str, mode: Option<ConversionMode>) -> Asking<DiscountPurchase> {
    let investor: InvestorProfile = serde_json::from_str(INVESTOR).unwrap();
    let request = Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: "000730".parse().unwrap(),
        target_fund: target.parse().unwrap(),
        amount: "10000.00".parse().unwrap(),
        mode,
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let channel = SalesChannel::DirectOnline;
    let asked = Asked { investor, channel, warning_confirmed: None, at: None };
    Asking::of("TX-1".parse().unwrap(), request, asked)
}

async fn open(folder: &Path) -> Stage {
    Stage::open(&Registry::shipped(), folder, at("12T10:00")).await.unwrap()
}

/// Stream and type of every event of the store.
async fn stored(folder: &Path) -> Vec<(String, String)> {
    let store = SqliteStore::open_read_only(folder.join("events.db")).unwrap();
    let all = store.read_all(Position::START, u32::MAX).await.unwrap();
    store.close().await;
    all.iter().map(|it| (it.stream.to_string(), it.event.event_type.to_string())).collect()
}

fn purchase() -> SagaId {
    saga_id::<DiscountPurchase>(&"TX-1".parse().unwrap())
}

#[tokio::test]
async fn a_quote_and_a_preview_say_what_the_request_then_does_and_append_nothing() {
    for mode in [None, Some(ConversionMode::NextDay), Some(ConversionMode::RedeemToPurchase)] {
        let folder = tempfile::tempdir().unwrap();
        let stage = open(folder.path()).await;
        let engine = stage.engine();

        let quote = engine.quote(&saga(), asking("011162", mode)).await.unwrap();
        let foreseen = engine.preview_request(asking("011162", mode)).await.unwrap();
        assert_eq!(stored(folder.path()).await, []);

        let (placed, _) = engine.request_watched(asking("011162", mode)).await.unwrap();
        let promise = placed.promise;
        let chosen = quote.chosen.unwrap();
        assert_eq!(chosen, promise.mode);
        let (_, said) = quote.modes.into_iter().find(|(mode, _)| *mode == chosen).unwrap();
        let said = said.unwrap();
        let days = (promise.trade_date, promise.nav_date, promise.confirm_by);
        assert_eq!((said.trade_date, said.price_date, said.confirm_by), days);
        engine.settle().await.unwrap();
        let planned: Vec<(String, String)> = foreseen
            .events
            .iter()
            .map(|it| (it.stream.to_string(), it.event_type.clone()))
            .collect();
        assert!(!planned.is_empty());
        assert_eq!(stored(folder.path()).await[..planned.len()], planned);
    }
}

#[tokio::test]
async fn what_would_be_refused_is_said_with_what_would_be_taken_instead() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path()).await;
    let held = asking("011162", Some(ConversionMode::Held));

    let quote = stage.engine().quote(&saga(), held.clone()).await.unwrap();
    let refusal = stage.engine().preview_request(held.clone()).await.unwrap_err();
    let refused = stage.engine().request_watched(held).await.map(drop).unwrap_err();

    assert_eq!(quote.chosen.unwrap_err().to_string(), refused.to_string());
    assert_eq!(refusal.to_string(), refused.to_string());
    let possible = quote.modes.iter().filter(|(_, of)| of.is_ok()).map(|(mode, _)| *mode);
    let possible: Vec<ConversionMode> = possible.collect();
    let [linked, _, next_day, redeemed] = ConversionMode::ALL;
    assert_eq!(possible, [linked, next_day, redeemed]);

    let unknown = stage.engine().quote(&saga(), asking("999999", None)).await.unwrap();
    assert!(unknown.chosen.is_err() && unknown.modes.iter().all(|(_, of)| of.is_err()));
    let reserved = Asking { transaction: "PL.20260320".parse().unwrap(), ..asking("011162", None) };
    let no = stage.engine().quote(&saga(), reserved).await.unwrap_err();
    assert!(matches!(no, NoQuote::NotTaken(_)), "{no}");
    assert_eq!(stored(folder.path()).await, []);
}

/// As the sandbox knows the distributor and the bank that advances.
fn fast_withdraw() -> FastWithdraw {
    FastWithdraw {
        house: saga().house,
        distributor: "305".parse().unwrap(),
        counted_under: None,
        by: Advancer::LicensedBank("advancing-bank".parse().unwrap()),
        holder: "advancing-bank".parse().unwrap(),
        bank: "advance".parse().unwrap(),
    }
}

#[tokio::test]
async fn what_is_left_of_the_day_is_less_what_went_out_and_what_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path()).await;
    let engine = stage.engine();
    let investor: InvestorProfile = serde_json::from_str(INVESTOR).unwrap();
    let request = recharge::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        fund: "000730".parse().unwrap(),
        amount: "20000.00".parse().unwrap(),
        only_today: false,
        distributor: None,
    };
    let asked = recharge::Asked {
        investor: investor.clone(),
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: None,
    };
    let recharge = Asking::<Recharge>::of("TX-1".parse().unwrap(), request, asked);
    engine.request_watched(recharge).await.map(drop).unwrap();
    stage.until(at("24T10:00")).await.unwrap();

    let asking = |tx: &str, shares: &str| {
        let request = fast_withdraw::Request {
            investor: investor.id.clone(),
            account: investor.account.clone(),
            fund: "000730".parse().unwrap(),
            shares: Some(shares.parse().unwrap()),
            distributor: None,
        };
        let asked = fast_withdraw::Asked { investor: investor.clone(), at: None };
        Asking::<FastWithdraw>::of(tx.parse().unwrap(), request, asked)
    };
    engine.request_watched(asking("TX-2", "3000.00")).await.map(drop).unwrap();
    engine.settle().await.unwrap();
    let quote = engine.quote(&fast_withdraw(), asking("TX-3", "2000.00")).await.unwrap();
    let figures = [quote.max, quote.used, quote.cash, quote.left].map(|it| it.to_string());
    assert_eq!(figures, ["10000.00", "3000.00", "2000.00", "5000.00"]);
    assert_eq!(quote.day.to_string(), "2026-02-24");
}

#[tokio::test]
async fn until_when_it_can_be_taken_back_is_when_a_command_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path()).await;
    let engine = stage.engine();
    engine.request_watched(asking("011162", None)).await.map(drop).unwrap();
    engine.settle().await.unwrap();
    let before = stored(folder.path()).await.len();

    for (now, taken) in [("12T10:00", true), ("12T14:59", true), ("12T15:00", false)] {
        stage.until(at(now)).await.unwrap();
        let look = engine.look(&purchase()).await.unwrap();
        let until = Until::Before(at("12T15:00"));
        let revocable = |scope| Revocable { scope, until: until.clone() };
        assert_eq!(look.revocable, [revocable("all"), revocable("conversion")]);
        for scope in [Scope::All, Scope::Conversion] {
            let command = Command::Cancel { at: at(now), scope };
            let actor = Actor::Requester("INV-1".into());
            let tx = "TX-1".parse().unwrap();
            let said = engine.preview_command::<DiscountPurchase>(&tx, command, actor, None).await;
            let events = said.map(|it| it.events.len());
            assert_eq!(events.is_ok(), taken, "{now}: {events:?}");
        }
    }
    assert_eq!(stored(folder.path()).await.len(), before, "a preview appends nothing");

    stage.until(at("13T10:00")).await.unwrap();
    let over = engine.look(&purchase()).await.unwrap().revocable;
    assert!(over.iter().all(|it| matches!(it.until, Until::Never(_))), "{over:?}");
}

#[tokio::test]
async fn what_an_operator_would_do_is_foreseen_and_then_done() {
    let folder = tempfile::tempdir().unwrap();
    let stage = open(folder.path()).await;
    let engine = stage.engine();
    engine.request_watched(asking("011162", None)).await.map(drop).unwrap();
    engine.settle().await.unwrap();
    let before = stored(folder.path()).await.len();
    let ends = engine.look(&purchase()).await.unwrap().open_ends;
    let dispositions = ends.into_iter().map(|end| (end.name, Disposition::Manual)).collect();
    let abandon = Action::Abandon { reason: "given up".into(), dispositions };

    let foreseen = engine.preview_act(&purchase(), abandon.clone(), "li".into()).await.unwrap();
    assert_eq!(stored(folder.path()).await.len(), before);
    let skip = Action::SkipToLanding { reason: "now".into() };
    let absent = saga_id::<DiscountPurchase>(&"TX-2".parse().unwrap());
    assert!(engine.preview_act(&absent, skip, "li".into()).await.is_err());

    engine.act(purchase(), abandon, "li".into()).await.unwrap();
    engine.settle().await.unwrap();
    let planned = foreseen.events.iter().map(|it| (it.stream.to_string(), it.event_type.clone()));
    let planned: Vec<(String, String)> = planned.collect();
    assert!(!planned.is_empty());
    assert_eq!(stored(folder.path()).await[before..before + planned.len()], planned);
}
