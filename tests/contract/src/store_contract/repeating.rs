//! An append whose outcome was lost is made again, and writes nothing that is there.

use super::{Store, all, appended, conflict};
use crate::sample::append;
use fundflow_kernel::store::{Position, Version};

pub async fn a_repeated_append_writes_nothing<S: Store, K>((store, _keep): (S, K)) {
    let batch = [append("wallet-1", 0, &["a", "b"]), append("wallet-2", 0, &["c"])];
    appended(&store, batch.clone()).await;
    appended(&store, [append("wallet-1", 2, &["later"])]).await;
    let before = all(&store).await;

    assert_eq!(appended(&store, batch.clone()).await, Position(3));
    assert_eq!(appended(&store, [batch[0].clone()]).await, Position(2));
    assert_eq!(all(&store).await, before);

    let mixed = [batch[0].clone(), append("wallet-3", 0, &["new"])];
    assert_eq!(appended(&store, mixed).await, Position(5), "the part that is new is written");
}

pub async fn a_repeat_that_differs_conflicts<S: Store, K>((store, _keep): (S, K)) {
    appended(&store, [append("wallet-1", 0, &["a", "b"])]).await;
    let before = all(&store).await;
    let mut elsewhere = append("wallet-1", 0, &["a", "b"]);
    elsewhere.expected = Version(1);

    let rows = [
        append("wallet-1", 0, &["a", "b", "c"]),
        append("wallet-1", 0, &["a", "other"]),
        append("wallet-1", 1, &["b", "c"]),
        elsewhere,
    ];
    for row in rows {
        let refused = ("wallet-1".into(), row.expected.0, 2);
        assert_eq!(conflict(&store, [row]).await, refused);
    }
    assert_eq!(all(&store).await, before);
}
