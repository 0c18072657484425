//! What an audit says of a log, at any point of a story.

use fundflow_application::{
    audit::{Check, Finding, Report, verify, verify_within},
    desk::Registry,
};
use fundflow_kernel::{
    envelope::Recorded,
    memory_store::MemoryStore,
    store::{EventStore, StreamAppend, Version},
};
use fundflow_runtime::kind::Kind;
use std::sync::Arc;

/// A store with that log.
pub(crate) async fn stored(log: &[Recorded]) -> MemoryStore {
    let store = MemoryStore::new();
    for Recorded { stream, version, event, .. } in log {
        let expected = Version(version.0 - 1);
        let events = vec![event.clone()];
        let append = StreamAppend { stream: stream.clone(), expected, events };
        store.append(vec![append]).await.unwrap();
    }
    store
}

/// The audit of that log, by whoever carried it.
pub(crate) fn report(log: &[Recorded], kinds: impl IntoIterator<Item = Arc<dyn Kind>>) -> Report {
    let registry = kinds.into_iter().fold(Registry::new(), Registry::kind);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = stored(log).await;
        let report = verify(&store, &registry, |_, _| {}).await.unwrap();
        let with_no_room = verify_within(&store, &registry, 0, |_, _| {}).await.unwrap();
        assert_eq!(with_no_room, report, "what has left memory is read again");
        report
    })
}

/// Nothing is wrong with the books of that log.
#[track_caller]
pub(crate) fn adds_up(report: &Report, context: impl Fn() -> String) {
    let own = report.findings.iter().filter(|it| is_own(report, it));
    let said: Vec<String> = own.map(ToString::to_string).collect();
    assert!(said.is_empty(), "{said:#?}\n{}", context());
}

/// Something is wrong with the books of that log.
pub(crate) fn is_named(report: &Report) -> bool {
    report.findings.iter().any(|it| is_own(report, it))
}

/// What a stage was given was written by nobody's transaction, and no registrar confirmed it.
fn is_own(report: &Report, finding: &Finding) -> bool {
    let unconfirmed = finding.what.ends_with("more than the registrar has confirmed by then");
    let of_nobody = |it: &Finding| it.check == Check::Envelope && it.place == finding.place;
    let given = |data: &String| data.contains("\"transaction\":\"GIVEN\"");
    let is_given =
        finding.data.as_ref().is_some_and(given) || report.findings.iter().any(of_nobody);
    finding.check != Check::Envelope && !(unconfirmed && is_given)
}

/// Every case is closed: no difference waits for anybody.
#[track_caller]
pub(crate) fn nothing_is_in_suspense(report: &Report, context: impl Fn() -> String) {
    let waits = report.balances.iter().any(|it| it.class == "L:SUSPENSE");
    assert!(!waits, "{:#?}\n{}", report.balances, context());
}
