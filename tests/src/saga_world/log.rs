//! The durable part of the world: what survives when the runner is dropped.

use fundflow_domain::{
    discount_purchase::DiscountPurchase,
    fund_order::FundOrder,
    ids::{Leg, TransactionId, WalletId},
    wallet::Wallet,
};
use fundflow_kernel::{
    codec::Stored,
    envelope::{Chain, Recorded, StreamName},
    loaded::Loaded,
    store::{Position, StreamAppend, Version},
};
use fundflow_sagas::runner::{order_stream, purchase_stream, wallet_stream};
use std::sync::Arc;

/// One purchase's streams, kept by the rules of the memory store: an append states the version that
/// it saw, and is taken whole or not at all. The states are folded from what was stored, never from
/// what the runner believes.
#[derive(Debug, Clone)]
pub struct Log {
    /// Everything, in commit order.
    pub events: Vec<Arc<Recorded>>,
    /// The purchase as stored.
    pub purchase: Loaded<DiscountPurchase>,
    /// Its money-fund order as stored.
    pub buy: Loaded<FundOrder>,
    /// Its conversion as stored.
    pub convert: Loaded<FundOrder>,
    /// Its wallet as stored.
    pub wallet: Loaded<Wallet>,
    streams: Arc<[StreamName; 4]>,
}

impl Log {
    /// Without any event.
    pub fn new(transaction: &TransactionId, wallet: &WalletId) -> Self {
        let streams = [
            purchase_stream(transaction),
            order_stream(transaction, Leg::MoneyFund),
            order_stream(transaction, Leg::Conversion),
            wallet_stream(wallet),
        ];
        Self {
            events: Vec::new(),
            purchase: Loaded::default(),
            buy: Loaded::default(),
            convert: Loaded::default(),
            wallet: Loaded::default(),
            streams: Arc::new(streams),
        }
    }

    /// Appends what the runner decided.
    ///
    /// # Panics
    /// If it does not continue its stream, if a stored event cannot be read back, or if its link
    /// does not follow: each is a defect of the runner.
    #[track_caller]
    pub fn append(&mut self, StreamAppend { stream, expected, events }: StreamAppend) {
        let known = self.streams.iter().position(|name| *name == stream);
        let Some(which) = known else { panic!("{stream} is no stream of this purchase") };
        assert_eq!(self.version(which), expected, "the version that {stream} is at");
        for (version, event) in (1..).map(|n| expected.plus(n)).zip(events) {
            let link = event.link(self.chain(which), &stream, version);
            assert_eq!(event.chain, link, "the link of version {version} of {stream}");
            let position = Position(self.events.len() as u64 + 1);
            let recorded = Recorded { position, stream: stream.clone(), version, event };
            self.replay(which, &recorded);
            self.events.push(Arc::new(recorded));
        }
    }

    fn replay(&mut self, which: usize, recorded: &Recorded) {
        let read = match which {
            0 => self.purchase.replay(recorded),
            1 => self.buy.replay(recorded),
            2 => self.convert.replay(recorded),
            _ => self.wallet.replay(recorded),
        };
        if let Err(error) = read {
            panic!("what was stored cannot be replayed: {error}");
        }
    }

    fn version(&self, which: usize) -> Version {
        let all =
            [self.purchase.version, self.buy.version, self.convert.version, self.wallet.version];
        all[which]
    }

    fn chain(&self, which: usize) -> Chain {
        self.chains()[which]
    }

    /// The last link of each stream: equal links, equal histories.
    pub fn chains(&self) -> [Chain; 4] {
        [self.purchase.chain, self.buy.chain, self.convert.chain, self.wallet.chain]
    }

    /// What an event's type is called, in commit order.
    pub fn types(&self) -> Vec<&str> {
        self.events.iter().map(|recorded| recorded.event.event_type.as_ref()).collect()
    }

    /// Every stored event of one aggregate.
    pub fn decoded<D: Stored>(&self) -> impl Iterator<Item = D::Event> {
        let ours = |recorded: &&Arc<Recorded>| recorded.stream.category() == D::CATEGORY;
        self.events.iter().filter(ours).map(|recorded| {
            let event = &recorded.event;
            fundflow_kernel::codec::decode::<D>(&event.event_type, event.schema, &event.data)
                .expect("a stored event")
        })
    }
}
