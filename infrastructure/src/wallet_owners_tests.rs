use super::*;
use fundflow_domain::{
    ids::{TransactionId, WalletId},
    wallet::Command,
};
use fundflow_kernel::{
    envelope::{Actor, StreamName},
    loaded::{Loaded, Meta},
    memory_store::MemoryStore,
    store::{AppendError, Batch, Version},
    streams::Key,
};
use std::sync::{
    Mutex as Held,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::watch;

/// A store that counts what is read of its log, and has a damaged place or cannot be read at all.
#[derive(Debug, Default, Clone)]
struct Store {
    log: MemoryStore,
    read: Arc<AtomicU64>,
    damaged: Arc<Held<Option<Position>>>,
    down: Arc<Held<bool>>,
}

impl EventStore for Store {
    async fn append(&self, batch: impl Into<Batch> + Send) -> Result<Position, AppendError> {
        self.log.append(batch).await
    }

    async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        panic!("{stream} is folded: {after} {limit}");
    }

    async fn read_back(
        &self,
        stream: &StreamName,
        before: Option<Version>,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        panic!("{stream} is folded: {before:?} {limit}");
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, ReadError> {
        if *self.down.lock().unwrap() {
            return Err(ReadError::Fault("the disk is gone".into()));
        }
        let page = self.log.read_all(after, limit).await?;
        let damaged = *self.damaged.lock().unwrap();
        if page.iter().any(|event| Some(event.position) == damaged) {
            let (place, what) = ("a place".to_owned(), "a broken row".to_owned());
            return Err(ReadError::Damaged { place, what });
        }
        self.read.fetch_add(page.len() as u64, Ordering::Relaxed);
        Ok(page)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.log.head()
    }
}

impl Checkpoints for Store {
    async fn load(&self, reader: &str) -> Result<Option<(Position, Vec<u8>)>, ReadError> {
        self.log.load(reader).await
    }

    async fn save(&self, reader: &str, at: Position, content: Vec<u8>) -> Result<(), AppendError> {
        self.log.save(reader, at, content).await
    }
}

impl Store {
    /// Two events of a wallet.
    async fn bought(&self, investor: &str, fund: &str) {
        let (investor, fund) = (investor.parse().unwrap(), fund.parse().unwrap());
        let key = Key::<Wallet>::of(&WalletId { investor, fund });
        let tx: TransactionId = "TX-1".parse().unwrap();
        let meta = Meta {
            correlation: tx.clone(),
            process: "given".into(),
            causation: "given".into(),
            actor: Actor::Engine,
            trace_parent: None,
            occurred_at: "2026-02-13T10:00:00+08:00".parse().unwrap(),
            recorded_at: "2026-02-13T10:00:00+08:00".parse().unwrap(),
            trade_date: None,
        };
        let (mut wallet, mut batch) = (Loaded::<Wallet>::default(), Vec::new());
        let shares = "10.00".parse().unwrap();
        let credit = Command::CreditInTransit(tx.clone(), shares);
        wallet.decide(key.stream(), &credit, &meta, &mut batch).unwrap();
        let confirm = Command::ConfirmCredit(tx, shares, "2026-02-24".parse().unwrap());
        wallet.decide(key.stream(), &confirm, &meta, &mut batch).unwrap();
        self.append(batch).await.unwrap();
    }

    fn owners(&self) -> WalletOwners<Self> {
        WalletOwners::of(Arc::new(self.clone()))
    }
}

/// What `owners` says is behind `after`, two at most.
async fn two(owners: &WalletOwners<Store>, after: Option<&str>) -> Vec<String> {
    let after = after.map(|investor| investor.parse().unwrap());
    let page = Page { fund: "000730".parse().unwrap(), after, at_most: 2 };
    owners.page(page).await.unwrap().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn owners_come_in_ascending_order_though_their_streams_do_not() {
    let store = Store::default();
    // Of streams, `wallet-a-b.000730` is before `wallet-a.000730`.
    for investor in ["b", "a-b", "a", "a.b"] {
        store.bought(investor, "000730").await;
    }
    store.bought("aa", "050003").await;
    let owners = store.owners();

    assert_eq!(two(&owners, None).await, ["a", "a-b"]);
    assert_eq!(two(&owners, Some("a-b")).await, ["a.b", "b"]);
    assert!(two(&owners, Some("b")).await.is_empty());
    assert_eq!(store.read.load(Ordering::Relaxed), 10, "each event is read once");
}

#[tokio::test]
async fn a_wallet_that_begins_meanwhile_comes_with_a_later_page() {
    let store = Store::default();
    for investor in ["a", "c", "e"] {
        store.bought(investor, "000730").await;
    }
    let owners = store.owners();
    assert_eq!(two(&owners, None).await, ["a", "c"]);
    for investor in ["b", "d"] {
        store.bought(investor, "000730").await;
    }
    assert_eq!(two(&owners, Some("c")).await, ["d", "e"]);
    assert_eq!(two(&owners, None).await, ["a", "b"]);
}

#[tokio::test]
async fn the_next_process_reads_only_what_came_since_the_last_checkpoint() {
    let store = Store::default();
    for nth in 0..=LOG_PAGE / 2 {
        store.bought(&format!("i-{nth:05}"), "000730").await;
    }
    two(&store.owners(), None).await;
    store.bought("i-new", "000730").await;
    store.read.store(0, Ordering::Relaxed);

    let owners = store.owners();
    assert_eq!(two(&owners, Some("i-02047")).await, ["i-02048", "i-new"]);
    assert_eq!(store.read.load(Ordering::Relaxed), 3, "the one that the list ends with, too");

    // One bit of it names another investor.
    let (at, mut content) = store.load("wallet_owners.a").await.unwrap().unwrap();
    let zero = content.windows(7).position(|it| it == b"i-00000").unwrap() + 6;
    content[zero] ^= 1;
    store.save("wallet_owners.a", at, content).await.unwrap();
    assert_eq!(WalletOwners::unfit(&store).await.unwrap().len(), 1);
    assert_eq!(two(&store.owners(), None).await, ["i-00000", "i-00001"]);
    assert_eq!(WalletOwners::unfit(&store).await.unwrap().len(), 0, "the next one took its place");
}

#[tokio::test]
async fn a_damaged_place_hides_no_wallet_and_a_store_that_is_down_is_said_to_be() {
    let store = Store::default();
    for investor in ["a", "b", "c"] {
        store.bought(investor, "000730").await;
    }
    *store.damaged.lock().unwrap() = Some(Position(3));
    let owners = store.owners();
    assert_eq!(two(&owners, None).await, ["a", "b"]);
    assert_eq!(two(&owners, Some("b")).await, ["c"]);

    *store.down.lock().unwrap() = true;
    store.bought("d", "000730").await;
    let page = Page { fund: "000730".parse().unwrap(), after: None, at_most: 2 };
    let cause = owners.page(page).await.unwrap_err();
    assert_eq!((&*cause.code, cause.text.contains("the disk is gone")), ("list_unreadable", true));
}
