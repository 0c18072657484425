//! Heads that were stored elsewhere, what an insider does to the log meanwhile, and what others are given.
//!
//! The insider writes the whole log anew: streams linked again, places closed up, the tree made again. Nothing inside of
//! the store tells of it but what its events say of each other.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
use crate::common::{fundflow, make};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_kernel::{
    envelope::{Chain, Recorded, StreamName},
    store::{EventStore as _, Position, StreamAppend, Version},
};
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

struct House {
    directory: tempfile::TempDir,
    events: Vec<Recorded>,
}

impl House {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = make(directory.path()).await;
        let store = SqliteStore::open_read_only(&path).unwrap();
        let events = store.read_all(Position::START, u32::MAX).await.unwrap();
        Self { directory, events }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.file("events.db")
    }

    /// Writes the log anew, of these events.
    async fn rewritten(&self, name: &str, events: &[Recorded]) -> PathBuf {
        let path = self.file(name).join("events.db");
        let store = SqliteStore::open(&path, &Settings::default()).unwrap();
        let mut at: HashMap<StreamName, (Version, Chain)> = HashMap::new();
        let mut batch = Vec::new();
        for Recorded { stream, event, .. } in events {
            let (expected, before) =
                at.get(stream).copied().unwrap_or((Version::NONE, Chain::START));
            let mut event = event.clone();
            event.seal(before, stream, expected.plus(1));
            at.insert(stream.clone(), (expected.plus(1), event.chain));
            batch.push(StreamAppend { stream: stream.clone(), expected, events: vec![event] });
        }
        if !batch.is_empty() {
            store.append(batch).await.unwrap();
        }
        store.close().await;
        path
    }

    /// The head of that store, in a file.
    fn head(&self, store: &Path, name: &str) -> PathBuf {
        let said = fundflow(store, &["audit", "head"]);
        assert!(said.status.success(), "{said:?}");
        let path = self.file(name);
        fs::write(&path, said.stdout).unwrap();
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// How it ended, and what was said.
fn run(store: &Path, arguments: &[&str]) -> (i32, String) {
    let said = fundflow(store, arguments);
    let all = [said.stdout, said.stderr].concat();
    (said.status.code().unwrap(), String::from_utf8(all).unwrap())
}

/// The checks that found something.
fn found(store: &Path, head: &Path) -> BTreeSet<String> {
    let said = fundflow(store, &["audit", "verify", "--head", text(head), "-o", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let checks: BTreeSet<String> =
        findings.iter().map(|it| it["check"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said.status.code(), Some(if checks.is_empty() { 0 } else { 5 }));
    assert_eq!(report["heads"][0]["holds"], !checks.contains("head"));
    checks
}

#[tokio::test]
async fn a_log_that_only_grew_extends_its_heads_under_any_name() {
    let house = House::new().await;
    let earlier = house.rewritten("earlier", &house.events[..40]).await;
    let (before, now) = (house.head(&earlier, "before"), house.head(&house.store(), "now"));

    let arguments = ["audit", "verify", "--head", text(&before), "--head", text(&now)];
    let (code, said) = run(&house.store(), &arguments);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("before, 40 events: the log begins with it"), "{said}");

    // A copy is another store of the same log.
    let copy = house.file("copy");
    assert_eq!(run(&house.store(), &["store", "backup", text(&copy)]).0, 0);
    let copied = house.head(&copy, "of the copy");
    assert_eq!(fs::read(copied).unwrap(), fs::read(&now).unwrap());

    let (code, said) = run(&earlier, &["audit", "verify", "--head", text(&now)]);
    assert_eq!(code, 5, "{said}");
    let count = house.events.len();
    let cut = format!(
        "the head has {count} events and the log 40 events: at least {} events were",
        count - 40
    );
    assert!(said.contains(&cut), "{said}");
}

#[tokio::test]
async fn what_an_insider_changes_behind_the_links_is_found_by_a_head() {
    let house = House::new().await;
    let head = house.head(&house.store(), "head");
    let events = || house.events.clone();
    let with_reason =
        events().iter().position(|it| it.event.data.contains("not converted")).unwrap();
    let mut reason = events();
    let data = reason[with_reason].event.data.replace("not converted", "by wish");
    reason[with_reason].event.data = data.into();
    let without: Vec<_> =
        events().into_iter().filter(|it| it.event.correlation.as_str() != "TX-3").collect();
    let cut = events()[..house.events.len() - 1].to_vec();
    let mut swapped = events();
    let at = (1..swapped.len()).find(|at| swapped[*at].stream != swapped[at - 1].stream).unwrap();
    swapped.swap(at - 1, at);
    let mut more = events();
    let mut twin = more[0].clone();
    twin.stream = "discount_purchase-TX-0".parse().unwrap();
    twin.event.correlation = "TX-0".parse().unwrap();
    more.push(twin);

    // Whether the head alone finds it.
    for (name, log, alone) in [
        ("a reason", reason, true),
        ("a whole purchase", without, true),
        ("the end", cut, true),
        ("the order", swapped, false),
    ] {
        let store = house.rewritten(name, &log).await;
        let checks = found(&store, &head);
        assert!(checks.contains("head"), "{name}: {checks:?}");
        assert_eq!(checks.len() == 1, alone, "{name}: {checks:?}");
    }
    // What was put in behind the head is no matter of it.
    let store = house.rewritten("more", &more).await;
    assert!(!found(&store, &head).contains("head"));
}

/// Nothing rests on what they say: a registrar's first word, a retry, a case that is open, what waits for a person. The
/// wallet of TX-8 has a case open, and may still be about to be credited.
const ONLY_BY_A_HEAD: &[&str] = &[
    "application.accepted TX-4",
    "application.accepted TX-5",
    "discount_purchase.retry_scheduled TX-6",
    "application.accepted TX-7",
    "discount_purchase.retry_scheduled TX-5",
    "wallet.credit_confirmed TX-8",
    "discount_purchase.parked TX-8",
];

#[tokio::test]
async fn an_event_that_is_taken_out_anywhere_is_found() {
    let house = House::new().await;
    let head = house.head(&house.store(), "head");
    let mut by_head_alone = Vec::new();
    for (at, gone) in house.events.iter().enumerate() {
        let mut log = house.events.clone();
        log.remove(at);
        let store = house.rewritten(&format!("without {at}"), &log).await;
        let checks = found(&store, &head);
        assert!(checks.contains("head"), "{gone:?}");
        if checks.len() == 1 {
            by_head_alone.push(format!("{} {}", gone.event.event_type, gone.event.correlation));
        }
    }
    assert_eq!(by_head_alone, ONLY_BY_A_HEAD);
}

#[tokio::test]
async fn the_stored_tree_is_compared_with_the_events() {
    let house = House::new().await;
    let mut many = house.events.clone();
    for nth in 0..300 {
        let mut other = house.events[0].clone();
        other.stream = format!("elsewhere-{nth}").parse().unwrap();
        many.push(other);
    }
    let store = house.rewritten("many", &many).await;
    let database = rusqlite::Connection::open(&store).unwrap();
    let change = "DROP TRIGGER tree_no_update; UPDATE tree SET hash = zeroblob(32);";
    database.execute_batch(change).unwrap();
    drop(database);
    let (code, said) = run(&store, &["audit", "verify"]);
    assert_eq!(code, 5);
    assert!(
        said.contains("tree: the tree: the tree's node over the events 1 to 256 is 0000"),
        "{said}"
    );
    let (code, said) = run(&store, &["store", "check"]);
    assert_eq!(code, 5, "{said}");
}

#[tokio::test]
async fn a_store_may_have_its_tree_made_with_sm3() {
    let house = House::new().await;
    let place = house.file("sm3");
    let create = ["store", "create", "--tree-hash", "sm3"];
    assert_eq!(run(&place, &create).0, 0);
    assert_eq!(run(&place, &create).0, 2, "it is there");
    let store = house.rewritten("sm3", &house.events).await;
    let (other, own) = (house.head(&house.store(), "sha256 head"), house.head(&store, "sm3 head"));
    assert!(fs::read_to_string(&own).unwrap().contains("\nhash sm3\n"));
    assert_eq!(found(&store, &own).len(), 0);
    let (code, said) = run(&store, &["audit", "verify", "--head", text(&other)]);
    assert_eq!(code, 5);
    assert!(said.contains("it is made with sha256, and the store's tree with sm3"), "{said}");
}

#[tokio::test]
async fn others_are_given_bundles_and_check_them_without_a_store() {
    let house = House::new().await;
    let nowhere = house.file("nowhere");
    let earlier = house.rewritten("earlier", &house.events[..60]).await;
    let (before, now) = (house.head(&earlier, "before"), house.head(&house.store(), "now"));
    let prove = |arguments: &[&str], name: &str| {
        let said = fundflow(&house.store(), &[&["audit", "prove"], arguments].concat());
        assert!(said.status.success(), "{said:?}");
        let path = house.file(name);
        fs::write(&path, said.stdout).unwrap();
        path
    };
    let check = |bundle: &Path, arguments: &[&str]| {
        run(&nowhere, &[&["audit", "verify-bundle", text(bundle)], arguments].concat())
    };

    let whole = prove(&["TX-1.mmf"], "whole");
    let (code, said) = check(&whole, &["--head", text(&now)]);
    assert_eq!(code, 0, "{said}");
    let mine = house.events.iter().filter(|it| it.event.correlation.as_str() == "TX-1");
    let streams =
        said.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(
        (streams.count(), said.contains("subject       transaction TX-1")),
        (mine.count(), true)
    );
    let (code, said) = check(&whole, &["--head", text(&before)]);
    assert_eq!(code, 5);
    assert!(said.contains("it is no head of the bundle"), "{said}");
    let mut changed = house.events.clone();
    changed[40].event.causation = "another".into();
    let other = house.head(&house.rewritten("other", &changed).await, "shown");
    for heads in [vec![&other], vec![&now, &other]] {
        let given: Vec<_> = heads.into_iter().flat_map(|it| ["--head", text(it)]).collect();
        let (code, said) = check(&whole, &given);
        assert!(code == 5 && said.contains("two heads of one size: somebody was shown"), "{said}");
    }

    // Against a head of before, and the log has grown since.
    let old = prove(&["TX-1", "--head", text(&before)], "old");
    assert_eq!(check(&old, &["--head", text(&before)]).0, 0);
    let id = house.events[5].event.event_id.to_string();
    let one = prove(&[&id], "one");
    assert!(check(&one, &[]).1.contains(&format!("subject       event {id}")));
    let way = prove(&["--from", text(&before), "--to", text(&now)], "way");
    assert_eq!(check(&way, &["--head", text(&before), "--head", text(&now)]).0, 0);

    let (code, said) = run(&earlier, &["audit", "prove", "TX-1", "--head", text(&now)]);
    assert_eq!(code, 5, "{said}");
    let (code, said) = run(&house.store(), &["audit", "prove", "TX-99"]);
    assert_eq!(code, 1, "{said}");

    let changed = fs::read_to_string(&whole).unwrap().replacen("\"10000.00\"", "\"10000.01\"", 1);
    fs::write(&whole, changed).unwrap();
    let (code, said) = check(&whole, &[]);
    assert_eq!(code, 5);
    assert!(said.contains("section event of lines "), "{said}");
    let said = check(house.directory.path(), &[]);
    assert!(said.0 == 1 && said.1.contains("it is not a regular file"), "{said:?}");
}

#[tokio::test]
async fn a_damaged_head_is_refused_with_its_line_and_an_empty_log_has_none() {
    let house = House::new().await;
    let head = house.head(&house.store(), "head");
    let whole = fs::read_to_string(&head).unwrap();
    for (from, to, says) in [
        (
            "hash sha256",
            "hash md5",
            "line 4 (hash): \"hash md5\" stands there; allowed is hash sha256 or hash sm3",
        ),
        ("last-event ", "last-event  ", "line 5 (last-event): "),
        (
            "last-recorded 2026",
            "last-recorded 2025",
            "line 7 (sum): the sum does not fit lines 1 to 6",
        ),
    ] {
        fs::write(&head, whole.replace(from, to)).unwrap();
        let (code, said) = run(&house.store(), &["audit", "verify", "--head", text(&head)]);
        assert_eq!(code, 5, "{said}");
        assert!(said.contains(says), "{said}");
    }
    let empty = house.rewritten("empty", &[]).await;
    let (code, said) = run(&empty, &["audit", "head"]);
    assert_eq!(code, 1);
    assert!(said.contains("is empty, so it has no head"), "{said}");
}

#[tokio::test]
async fn a_second_party_signs_only_what_begins_with_what_it_signed_before() {
    let house = House::new().await;
    let earlier = house.rewritten("earlier", &house.events[..60]).await;
    let before = house.head(&earlier, "before");
    let keygen = |name: &str| {
        let file = house.file(&format!("{name}.key"));
        let (code, key) = run(&house.store(), &["audit", "keygen", text(&file), "--name", name]);
        assert_eq!(code, 0, "{key}");
        (file, key.trim().to_owned())
    };
    let (ours, our_key) = keygen("house.example");
    let (theirs, their_key) = keygen("auditor.example");
    assert_eq!(fs::metadata(&ours).unwrap().permissions().mode() & 0o777, 0o600);
    let again = ["audit", "keygen", text(&ours), "--name", "house.example"];
    assert_eq!(run(&house.store(), &again).0, 1, "a key is never written over");

    let sign = ["audit", "head", "--sign-key", text(&ours), "--name", "house.example"];
    let signed = house.file("signed");
    fs::write(&signed, fundflow(&house.store(), &sign).stdout).unwrap();
    let way = house.file("way");
    let prove = ["audit", "prove", "--from", text(&before), "--to", text(&signed)];
    fs::write(&way, fundflow(&house.store(), &prove).stdout).unwrap();

    let countersign = |more: &[&str]| {
        let start = ["audit", "countersign", text(&signed), "--sign-key", text(&theirs), "--name"];
        run(
            &house.store(),
            &[&start[..], &["auditor.example", "--earlier", text(&before)], more].concat(),
        )
    };
    assert_eq!(countersign(&[]).0, 2, "not without the way from the one to the other");
    let (code, said) = countersign(&["--bundle", text(&way)]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("signed.auditor.example.sig"), "{said}");

    let keys = ["--key", &our_key, "--key", &their_key];
    let verify = ["audit", "verify", "--head", text(&signed)];
    let (code, said) = run(&house.store(), &[&verify[..], &keys].concat());
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&house.store(), &[&verify[..], &keys[..2]].concat());
    assert_eq!(code, 0);
    assert!(said.contains("the signature of auditor.example is not checked"), "{said}");
    // The later head is signed, the earlier one need not be; the auditor's signature stands beside the stored head.
    let check = ["audit", "verify-bundle", text(&way)];
    let (code, said) = run(&house.store(), &[&check[..], &keys[..2]].concat());
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&house.store(), &[&check[..], &keys].concat());
    assert_eq!(code, 5);
    assert!(said.contains("signature of auditor.example: there is none"), "{said}");
    let with_head = ["--head", text(&signed)];
    let (code, said) = run(&house.store(), &[&check[..], &keys, &with_head].concat());
    assert_eq!(code, 0, "{said}");

    let (code, said) =
        run(&house.store(), &["audit", "verify", "--head", text(&before), keys[0], keys[1]]);
    assert_eq!(code, 5);
    assert!(said.contains("signature of house.example: there is none"), "{said}");
}
