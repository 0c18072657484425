// What must hold for what a reader keeps: whatever bytes stand there, loading does not panic, and nothing is believed
// but what was saved.

use fundflow_kernel::{
    checkpoint::Reader,
    memory_store::MemoryStore,
    store::{Checkpoints as _, Position},
};

const READER: Reader = Reader { name: "fuzzed", format: 1 };

/// Keeps some words, puts the bytes in their place, and loads. Whether they are believed.
pub(crate) async fn checkpoint(words: &[String], change: impl Fn(Vec<u8>) -> Vec<u8>) -> bool {
    let store = MemoryStore::new();
    let saved = READER.save(&store, Position::START, &words).await;
    saved.expect("a store in memory");
    let mut found = None;
    for place in ["fuzzed.a", "fuzzed.b"] {
        if let Some((at, bytes)) = store.load(place).await.expect("a store in memory") {
            found = Some((place, at, bytes));
        }
    }
    let (place, at, bytes) = found.expect("what was just kept");
    let changed = change(bytes.clone());
    let is_same = changed == bytes;
    store.save(place, at, changed).await.expect("a store in memory");
    let loaded = READER.load::<_, Vec<String>>(&store).await.expect("a store in memory");
    let content = loaded.content.map(|(_, content)| content);
    assert_eq!(content.is_some(), is_same, "it believes what was not kept, or not what was");
    assert!(content.is_none_or(|content| content == words), "other words");
    is_same
}
