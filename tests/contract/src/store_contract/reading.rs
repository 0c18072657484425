//! What is stored is read: forward and backward, of one stream and of several.

use super::{Store, all, appended, conflict, versions};
use crate::sample::{append, stream};
use fundflow_kernel::store::{Position, Version};

pub async fn pages_forward_and_backward_meet<S: Store, K>((store, _keep): (S, K)) {
    let name = stream("wallet-1");
    appended(&store, [append("wallet-2", 0, &["x"])]).await;
    appended(&store, [append("wallet-1", 0, &["a", "b", "c", "d", "e"])]).await;

    assert_eq!(versions(&store, "wallet-1", 0, 2).await, [1, 2]);
    assert_eq!(versions(&store, "wallet-1", 2, 2).await, [3, 4]);
    assert_eq!(versions(&store, "wallet-1", 4, 2).await, [5]);
    assert_eq!(versions(&store, "wallet-1", 5, 2).await, [0; 0]);
    assert_eq!(versions(&store, "wallet-none", 0, 2).await, [0; 0]);
    let rows = [(None, vec![5, 4]), (Some(4), vec![3, 2]), (Some(2), vec![1]), (Some(1), vec![])];
    for (before, expected) in rows {
        let page = store.read_back(&name, before.map(Version), 2).await.expect("a page");
        let page: Vec<_> = page.iter().map(|event| event.version.0).collect();
        assert_eq!(page, expected, "before {before:?}");
    }
    let page = store.read_all(Position(2), 3).await.expect("a page");
    assert_eq!(page.iter().map(|event| event.position.0).collect::<Vec<_>>(), [3, 4, 5]);
}

pub async fn several_streams_are_read_at_once<S: Store, K>((store, _keep): (S, K)) {
    let many: Vec<String> = (0..25).map(|number| format!("wallet-{number}")).collect();
    let [long, short] = [append("wallet-3", 0, &["a", "b", "c"]), append("wallet-17", 0, &["d"])];
    appended(&store, [long.clone(), short.clone()]).await;

    let names: Vec<_> = many.iter().map(|name| stream(name)).collect();
    let histories = store.read_each(&names, 2).await.expect("streams that can be read");

    assert_eq!(histories.len(), names.len(), "one for each, in the order asked");
    for (name, history) in names.iter().zip(&histories) {
        let alone = store.read(name, Version::NONE, 2).await.expect("a stream that can be read");
        assert_eq!(*history, alone, "{name}");
    }
    assert_eq!((histories[3].len(), histories[17].len()), (2, 1));
    let twice = [short.stream.clone(), short.stream];
    let histories = store.read_each(&twice, 10).await.expect("streams that can be read");
    assert_eq!(histories[0], histories[1]);
    assert_eq!(store.read_each(&[], 10).await.expect("nothing to read"), Vec::<Vec<_>>::new());
}

pub async fn what_an_append_has_begun_is_never_surely_absent<S: Store, K>((store, _keep): (S, K)) {
    assert!(!store.surely_lacks("1") || all(&store).await.is_empty());
    for nth in 0..200 {
        let name = format!("wallet-I-{nth}.000730");
        appended(&store, [append(&name, 0, &["a"])]).await;
        assert!(!store.surely_lacks(&format!("I-{nth}.000730")), "{name}");
    }
    conflict(&store, [append("wallet-refused", 1, &["a"])]).await;
    appended(&store, [append("wallet-refused", 0, &["a"])]).await;
    assert!(!store.surely_lacks("refused"), "whatever was said of it before");
}
