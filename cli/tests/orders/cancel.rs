//! `fundflow saga cancel` says what became of it, not only that it was asked for.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use fundflow::Asking;
use fundflow_cli::{Registry, Stage};
use fundflow_domain::{
    admission::buying::Way,
    investor::{InvestorProfile, SalesChannel},
};
use fundflow_sagas::{
    discount_purchase::Asked,
    purchase::{Purchase, Request},
};
use std::{fs, path::Path};

const INVESTOR: &str = r#"{"id": "INV-1", "account": "card-1", "risk": "C4", "kyc": "verified",
    "questionnaire": "q-2026", "questionnaire_valid_until": "2027-01-31", "same_name_card": true,
    "id_valid_until": "2035-06-30", "customer_type": "individual"}"#;

/// A store with two purchases of that morning; the registrar does not take the first back.
#[tokio::main(flavor = "current_thread")]
async fn placed(store: &Path) {
    let books = store.join("sandbox");
    fs::create_dir_all(&books).unwrap();
    fs::write(books.join("scenario.toml"), "[override.P-1]\ncancel = 'refused'\n").unwrap();
    let now = "2026-02-12T10:00:00+08:00".parse().unwrap();
    let stage = Stage::open(&Registry::shipped(), store, now).await.unwrap();
    let investor: InvestorProfile = serde_json::from_str(INVESTOR).unwrap();
    for id in ["P-1", "P-2"] {
        let request = Request {
            investor: investor.id.clone(),
            account: investor.account.clone(),
            fund: "011162".parse().unwrap(),
            amount: "100.00".parse().unwrap(),
            way: Way::Purchase,
            only_today: false,
            distributor: None,
        };
        let channel = SalesChannel::DirectOnline;
        let asked =
            Asked { investor: investor.clone(), channel, warning_confirmed: None, at: None };
        let asking = Asking::<Purchase>::of(id.parse().unwrap(), request, asked);
        let _placed = stage.engine().request_watched(asking).await.unwrap();
        stage.until(now).await.unwrap();
    }
    stage.close().await.unwrap();
}

#[test]
fn a_cancel_that_the_registrar_refuses_is_not_reported_as_done() {
    let store = tempfile::tempdir().unwrap();
    placed(store.path());
    let cancel = |id: &str| {
        let at = ["--at", "2026-02-12T10:00:00+08:00"];
        let typed = [&["saga", "cancel", id, "--operator", "li", "--apply"][..], &at].concat();
        let done = fundflow(store.path(), &typed);
        let said = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    for attempt in ["first", "second"] {
        let (code, said) = cancel("P-1");
        assert!(said.starts_with("cancel P-1: cannot be done\n"), "{attempt}: {said}");
        assert!(said.contains("the registrar does not take it back"), "{attempt}: {said}");
        assert_eq!(code, Some(1), "{attempt}");
    }

    let (code, said) = cancel("P-2");
    assert!(said.starts_with("cancel P-2: done\n"), "{said}");
    assert_eq!(code, Some(0), "{said}");
}
