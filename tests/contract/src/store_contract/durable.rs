//! What an append has answered is there, also after the store was closed, and never changes.

use super::{Store, all, appended, conflict};
use crate::sample::append;
use fundflow_kernel::store::Position;

pub async fn a_checkpoint_is_stored_and_replaced<S: Store, K>((store, _keep): (S, K)) {
    assert_eq!(store.load("balances").await.expect("a load"), None);

    store.save("balances", Position(3), vec![1, 0, 255]).await.expect("a save");
    store.save("ledger", Position(1), vec![]).await.expect("a save");
    store.save("balances", Position(4), vec![2]).await.expect("a save");

    let loaded = store.load("balances").await.expect("a load");
    assert_eq!(loaded, Some((Position(4), vec![2])));
    let loaded = store.load("ledger").await.expect("a load");
    assert_eq!(loaded, Some((Position(1), vec![])));
}

pub async fn reopening_changes_nothing<S, K, F, R>((store, keep): (S, K), reopen: F)
where
    S: Store,
    F: AsyncFn(S, &K) -> R,
    R: Store,
{
    let batch = [append("wallet-1", 0, &["a", "b"]), append("wallet-2", 0, &["c"])];
    appended(&store, batch.clone()).await;
    store.save("balances", Position(3), vec![7]).await.expect("a save");
    let before = all(&store).await;

    let store = reopen(store, &keep).await;

    assert_eq!(all(&store).await, before);
    assert_eq!(*store.head().borrow(), Position(3));
    assert_eq!(store.load("balances").await.expect("a load"), Some((Position(3), vec![7])));
    assert_eq!(appended(&store, batch).await, Position(3), "still recognised");
    assert!(!store.surely_lacks("1") && !store.surely_lacks("2"));
    let refused = conflict(&store, [append("wallet-1", 0, &["other"])]).await;
    assert_eq!(refused, ("wallet-1".into(), 0, 2));
    assert_eq!(appended(&store, [append("wallet-1", 2, &["d"])]).await, Position(4));
}
