//! `fundflow audit prove`: what somebody outside is given, made of the log and checked before it is handed out.

use super::{
    failed,
    heads::{self, Given, Keys, empty},
};
use crate::reading::{Failure, complain, open};
use clap::Args;
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::{
    envelope::{Chain, Recorded},
    ids::TransactionId,
    merkle::{consistency, inclusion},
    store::{EventStore as _, Position, Version},
};
use fundflow_proofs::{Bundle, EVENTS_MAX, Head, Proven, SignedHead, Subject};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

const PAGE: u32 = 1024;

/// What to prove.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// A transaction, or an order or payment of it: all its events; or an event ID: that event
    #[arg(value_name = "ORDER|EVENT_ID", required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    what: Option<String>,
    /// The head to prove it against; otherwise that of the log as it is now
    #[arg(long, value_name = "FILE", requires = "what")]
    head: Option<PathBuf>,
    /// The earlier of two heads: that the log of the later one begins with its log
    #[arg(long, value_name = "FILE", requires = "to")]
    from: Option<PathBuf>,
    /// The later of two heads
    #[arg(long, value_name = "FILE", requires = "from")]
    to: Option<PathBuf>,
    #[command(flatten)]
    keys: Keys,
}

/// Does what was typed.
pub(crate) async fn run(
    store: &Path,
    args: &ProveArgs,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let opened = open(store)?;
    let made = match (&args.what, &args.from, &args.to) {
        (Some(what), ..) => events(store, &opened, what, args).await?,
        (None, Some(from), Some(to)) => way(&opened, from, to, &args.keys).await?,
        _ => return Err(Failure::Typed("name an order or event, or --from and --to".to_owned())),
    };
    let bundle = match made {
        Ok(bundle) => bundle,
        Err(refused) => return Ok(failed(&refused)),
    };
    let text = bundle.write().map_err(|unwritable| Failure::Engine(unwritable.to_string()))?;
    // What does not hold never leaves the house.
    if let Err(refused) = Bundle::read(text.as_bytes()) {
        let what = format!("{refused}; the store is damaged, see `fundflow audit verify`");
        return Ok(failed(&what));
    }
    out.write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// A head that was given, if the log is still that of it.
async fn given(
    store: &SqliteStore,
    file: &Path,
    keys: &Keys,
) -> Result<Result<SignedHead, String>, Failure> {
    let Given { file, head } = heads::read(file, keys)?;
    let head = match head {
        Ok(head) => head,
        Err(refused) => return Ok(Err(format!("{file}: {refused}"))),
    };
    let size = head.head.tree.size;
    let now = store.head().borrow().0;
    if size > now {
        return Ok(Err(format!("{file}: the head has {size} events and the log {now}")));
    }
    if heads::of_first(store, size).await?.as_ref() != Some(&head.head) {
        let what = "the log is not the one of this head; `fundflow audit verify --head` says more";
        return Ok(Err(format!("{file}: {what}")));
    }
    Ok(Ok(head))
}

async fn way(
    store: &SqliteStore,
    from: &Path,
    to: &Path,
    keys: &Keys,
) -> Result<Result<Bundle, String>, Failure> {
    let (from, to) = match (given(store, from, keys).await?, given(store, to, keys).await?) {
        (Ok(from), Ok(to)) => (from, to),
        (Err(refused), _) | (_, Err(refused)) => return Ok(Err(refused)),
    };
    let sizes = (from.head.tree.size, to.head.tree.size);
    if sizes.0 > sizes.1 {
        let what = format!("--from has {} events and --to {}; exchange them", sizes.0, sizes.1);
        return Err(Failure::Typed(what));
    }
    let path = store.tree(|tree| consistency(tree, sizes.0, sizes.1))?;
    Ok(Ok(Bundle::Consistency { from, to, path }))
}

async fn events(
    place: &Path,
    store: &SqliteStore,
    what: &str,
    args: &ProveArgs,
) -> Result<Result<Bundle, String>, Failure> {
    let head = if let Some(file) = &args.head {
        match given(store, file, &args.keys).await? {
            Ok(head) => head,
            Err(refused) => return Ok(Err(refused)),
        }
    } else {
        let head: Head = heads::of_now(store).await?.ok_or_else(|| empty(place))?;
        SignedHead { head, signatures: Vec::new() }
    };
    let size = head.head.tree.size;
    let (subject, found) = find(store, what, size).await?;
    let mut events = Vec::with_capacity(found.len());
    for recorded in found {
        let before = before(store, &recorded).await?;
        let index = recorded.position.0 - 1;
        let path = store.tree(|tree| inclusion(tree, index, size))?;
        events.push(Proven { index, recorded, before, path });
    }
    Ok(Ok(Bundle::Events { subject, head, events }))
}

/// The events that are meant, within the first `size`.
async fn find(
    store: &SqliteStore,
    what: &str,
    size: u64,
) -> Result<(Subject, Vec<Recorded>), Failure> {
    let nothing = || {
        let what = format!(
            "within {size} events there is none of \"{what}\"; write a transaction, an order or an event ID"
        );
        Failure::NotFound(what)
    };
    let mut wanted = Some(what);
    while let Some(id) = wanted {
        let (found, beyond) = within(store, id, size).await?;
        if beyond > 0 {
            complain(&format!(
                "{beyond} of its events are behind that head, and not in the bundle\n"
            ));
        }
        if found.len() > EVENTS_MAX {
            let what =
                format!("{id} has more than {EVENTS_MAX} events, which is the most of a bundle");
            return Err(Failure::Engine(what));
        }
        if let Some(first) = found.first() {
            let event = first.event.event_id;
            if event.to_string() == id {
                return Ok((Subject::Event(event), found));
            }
            return Ok((Subject::Transaction(first.event.correlation.clone()), found));
        }
        // Orders and payments are named after their transaction: TX-1.mmf, TX-1.mmf.pay.
        wanted = id.rsplit_once('.').map(|(transaction, _)| transaction);
    }
    Err(nothing())
}

/// Those of that transaction or that ID, and how many more there are behind.
async fn within(store: &SqliteStore, id: &str, size: u64) -> Result<(Vec<Recorded>, u64), Failure> {
    let transaction: Option<TransactionId> = id.parse().ok();
    let is_id = id.len() == 36;
    let is_meant = |event: &Recorded| {
        transaction.as_ref() == Some(&event.event.correlation)
            || is_id && event.event.event_id.to_string() == id
    };
    let (mut found, mut beyond, mut after) = (Vec::new(), 0, Position::START);
    loop {
        let page = store.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok((found, beyond)) };
        after = last.position;
        for event in page.into_iter().filter(|event| is_meant(event)) {
            if event.position.0 > size {
                beyond += 1;
            } else if found.len() <= EVENTS_MAX {
                found.push(event);
            }
        }
    }
}

/// The link before that event's in its stream.
async fn before(store: &SqliteStore, event: &Recorded) -> Result<Chain, Failure> {
    let Some(after) = event.version.0.checked_sub(2) else { return Ok(Chain::START) };
    let earlier = store.read(&event.stream, Version(after), 1).await?;
    Ok(earlier.first().map_or(Chain::START, |earlier| earlier.event.chain))
}
