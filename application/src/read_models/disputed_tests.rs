//! Shares that are claimed and not there are shown as missing, and never as shares in dispute.

use super::{HoldingRow, StreamFold, WalletRow};
use fundflow_domain::{
    holdings::{self, Credit, HoldingId, Holdings},
    ids::WalletId,
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec::Stored, envelope::Actor, loaded::Meta, streams::Key, time::Timestamp,
};

fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn fold<D: Stored<State: Clone>>(key: &Key<D>, commands: Vec<D::Command>) -> StreamFold<D> {
    let meta = Meta {
        correlation: read("TX-1"),
        process: "given".into(),
        causation: "given".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::default(),
        recorded_at: Timestamp::default(),
        trade_date: None,
    };
    let mut fold = StreamFold::default();
    for command in commands {
        fold.loaded.decide(key.stream(), &command, &meta, &mut Vec::new()).unwrap();
    }
    fold
}

/// Claimed; in dispute then, missing, and free.
const CLAIMS: [(&str, [&str; 3]); 4] = [
    ("0", ["0.00", "0.00", "500.00"]),
    ("200", ["200.00", "0.00", "300.00"]),
    ("500", ["500.00", "0.00", "0.00"]),
    ("1200.50", ["500.00", "700.50", "0.00"]),
];

#[test]
fn a_wallet_shows_no_more_in_dispute_than_is_registered_and_the_rest_as_missing() {
    for (claimed, [in_dispute, missing, available]) in CLAIMS {
        let id = WalletId { investor: read("I-1"), fund: read("000730") };
        let key: Key<Wallet> = Key::of(&id);
        let commands = vec![
            wallet::Command::CreditInTransit(read("TX-1"), read("500")),
            wallet::Command::ConfirmCredit(read("TX-1"), read("500"), read("2026-02-24")),
            wallet::Command::Claim(read("TX-2.out"), read("TX-2"), read(claimed)),
        ];
        let row = WalletRow::of(key.stream().id(), &fold(&key, commands)).unwrap();
        let shown = [row.in_dispute, row.missing, row.available].map(|it| it.to_string());
        assert_eq!(shown, [in_dispute, missing, available], "claimed {claimed}");
        assert_eq!(serde_json::to_value(&row).unwrap()["missing"], missing);
    }
}

#[test]
fn holdings_show_no_more_in_dispute_than_is_registered_and_the_rest_as_missing() {
    for (claimed, [in_dispute, missing, available]) in CLAIMS {
        let id = HoldingId { investor: read("I-1"), fund: read("011162") };
        let key: Key<Holdings> = Key::of(&id);
        let credit = Credit {
            lot: read("L1"),
            order: read("TX-1.buy"),
            serial: read("C1"),
            registered_on: read("2026-02-24"),
            shares: read("500"),
            cost: read("500"),
        };
        let (order, transaction, shares) = (read("TX-2.out"), read("TX-2"), read(claimed));
        let commands = vec![
            holdings::Command::Credit(Box::new(credit)),
            holdings::Command::Claim { order, transaction, shares },
        ];
        let row = HoldingRow::of(key.stream().id(), &fold(&key, commands), None).unwrap();
        let shown = [row.in_dispute, row.missing, row.available].map(|it| it.to_string());
        assert_eq!(shown, [in_dispute, missing, available], "claimed {claimed}");
        assert_eq!(serde_json::to_value(&row).unwrap()["missing"], missing);
    }
}
