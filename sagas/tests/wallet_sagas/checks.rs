//! What several tests ask of a stage.

use crate::stage::Stage;
use fundflow_runtime::{message::Reply, saga::Saga};

/// A refusal in words; panics on any other reply.
#[track_caller]
pub(crate) fn refused(reply: &Reply) -> String {
    match reply {
        Reply::Refused(_, text) => text.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

/// What is stored and sent by a run that meets no trouble, with the process killed before each
/// append in turn, and every call that was out acted on: the same ending, and nothing done twice.
pub(crate) fn survives_every_crash<S: Saga>(play: impl Fn(Option<usize>) -> Stage<S>) {
    let whole = play(None);
    let appends = whole.events.len();
    assert!(appends > 5, "{}", whole.text());
    for fuse in 1..appends {
        let stage = play(Some(fuse));
        assert_eq!(stage.last(), whole.last(), "killed before append {fuse}\n{}", stage.text());
        let types = |stage: &Stage<S>| {
            let mut types: Vec<String> =
                stage.events.iter().map(|it| it.event.event_type.to_string()).collect();
            types.retain(|it| !it.ends_with(".retry_scheduled"));
            types.sort();
            types
        };
        assert_eq!(types(&stage), types(&whole), "killed before append {fuse}");
    }
}
