//! What the author of a saga names all the time, in one line: `use fundflow::runtime::prelude::*;`

pub use crate::{
    endings, no_commands,
    plain::{Errand, No, Part, Verdict},
    plain_plan, plain_words,
    port::{Keyed, Payload, Port, PortName},
    process::Open,
    process_names,
    quote::{Quoted, Revocable, Until},
    request_fields,
    saga::{Calling, Clash, Heard, Names, NoMilestone, OpenEnd, Prepared, Preparing, Saga, View},
    step::{Exit, Late, Table, act, call, wait, well_formed, word},
    turn::{NotDone, Turn},
    words,
};
pub use fundflow_kernel::{
    cause::Cause,
    codec::Stored,
    decider::Decider,
    envelope::StreamName,
    ids::TransactionId,
    stored_types,
    streams::{Key, Need, Opener, Streams},
    time::Timestamp,
};
