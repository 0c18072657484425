//! `fundflow audit verify-bundle`: what a bundle says is checked without a store.

use super::{
    failed,
    heads::{Given, Keys, bytes_of, read_head},
};
use crate::{
    args::Format,
    reading::{Failure, json, pairs},
};
use clap::Args;
use fundflow_kernel::counted::counted;
use fundflow_proofs::{BUNDLE_MAX, Bundle, CONTRADICTION, Proven, SignedHead};
use serde::Serialize;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// A bundle, and what it is held against.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// The bundle, as `audit prove` wrote it
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// A head that was stored elsewhere, or a counter-signature of one; it must be one of those in the bundle
    #[arg(long = "head", value_name = "FILE")]
    heads: Vec<PathBuf>,
    #[command(flatten)]
    keys: Keys,
}

/// What was proved, in a few words.
#[derive(Debug, Serialize)]
struct Said {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<Line>,
    /// Events of the heads, the earlier one first.
    sizes: Vec<u64>,
    /// Whether it was held against a head from elsewhere.
    heads_given: usize,
}

#[derive(Debug, Serialize)]
struct Line {
    index: u64,
    stream: String,
    version: u64,
    event_type: String,
    recorded_at: String,
}

/// Does what was typed.
pub(crate) fn run(
    args: &BundleArgs,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let name = args.bundle.display();
    let bundle = match Bundle::read(&bytes_of(&args.bundle, BUNDLE_MAX)?) {
        Ok(bundle) => bundle,
        Err(refused) => return Ok(failed(&format!("{name}: {refused}"))),
    };
    for head in bundle.heads() {
        if let Err(refused) = args.keys.check(&name.to_string(), head) {
            return Ok(failed(&format!("{name}: {refused}")));
        }
    }
    let given_heads = match given_heads(args)? {
        Ok(given_heads) => given_heads,
        Err(refused) => return Ok(failed(&refused)),
    };
    if let Some(refused) = against(&given_heads, &bundle) {
        return Ok(failed(&refused));
    }
    #[cfg(feature = "signatures")]
    if let Err(refused) = signed(&given_heads, &bundle, &args.keys) {
        return Ok(failed(&format!("{name}: {refused}")));
    }
    let said = said(&bundle, args.heads.len());
    match format {
        Format::Json => json(out, &said)?,
        Format::Table => print(&said, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The heads that were given, each with its file; or what is wrong with one.
fn given_heads(args: &BundleArgs) -> Result<Result<Vec<(String, SignedHead)>, String>, Failure> {
    let mut all = Vec::new();
    for file in &args.heads {
        let Given { file, head } = read_head(file, &args.keys)?;
        match head {
            Ok(head) => all.push((file, head)),
            Err(refused) => return Ok(Err(format!("{file}: {refused}"))),
        }
    }
    Ok(Ok(all))
}

/// What does not fit a head that was given.
fn against(given_heads: &[(String, SignedHead)], bundle: &Bundle) -> Option<String> {
    for (at, (file, given)) in given_heads.iter().enumerate() {
        let earlier = given_heads[..at].iter().map(|(_, head)| head);
        if bundle.heads().into_iter().chain(earlier).any(|it| it.head.contradicts(&given.head)) {
            return Some(format!("{file}: {CONTRADICTION}"));
        }
    }
    let heads = bundle.heads();
    let is_strange = |given: &SignedHead| heads.iter().all(|it| it.head != given.head);
    let (file, given) = given_heads.iter().find(|(_, given)| is_strange(given))?;
    let sizes: Vec<_> = heads.iter().map(|it| it.head.tree.size.to_string()).collect();
    let what = "it is no head of the bundle; `fundflow audit prove --from … --to …` makes the way between two heads";
    let size = given.head.tree.size;
    Some(format!("{file} ({size} events; the bundle has {}): {what}", sizes.join(" and ")))
}

/// Whether each key signed the later head of the bundle, there or in a file of the same text. What the earlier log was
/// follows from that.
#[cfg(feature = "signatures")]
fn signed(
    heads_given: &[(String, SignedHead)],
    bundle: &Bundle,
    keys: &Keys,
) -> Result<(), fundflow_proofs::Refused> {
    let mut heads = bundle.heads();
    let Some(later) = heads.pop() else { return Ok(()) };
    let mut later = later.clone();
    for other in heads.into_iter().chain(heads_given.iter().map(|(_, head)| head)) {
        later.join(other.clone());
    }
    keys.have_signed(&later)
}

fn said(bundle: &Bundle, heads_given: usize) -> Said {
    let sizes = bundle.heads().iter().map(|it| it.head.tree.size).collect();
    match bundle {
        Bundle::Events { subject, events, .. } => Said {
            kind: "events",
            subject: Some(subject.to_string()),
            events: events.iter().map(line).collect(),
            sizes,
            heads_given,
        },
        Bundle::Consistency { .. } => {
            Said { kind: "consistency", subject: None, events: Vec::new(), sizes, heads_given }
        }
    }
}

fn line(Proven { index, recorded, .. }: &Proven) -> Line {
    Line {
        index: *index,
        stream: recorded.stream.to_string(),
        version: recorded.version.0,
        event_type: recorded.event.event_type.to_string(),
        recorded_at: recorded.event.recorded_at.to_string(),
    }
}

fn print(said: &Said, out: &mut impl Write) -> Result<(), Failure> {
    let sizes: Vec<_> = said.sizes.iter().map(|size| counted(*size, "event", "events")).collect();
    let mut lines = vec![("kind", said.kind.to_owned())];
    lines.extend(said.subject.iter().map(|subject| ("subject", subject.clone())));
    lines.push(("head of", sizes.join(", then ")));
    lines.push((
        "held against",
        match said.heads_given {
            0 => "nothing from elsewhere: give the head that you kept with --head".to_owned(),
            given => counted(given, "head that was given", "heads that were given"),
        },
    ));
    pairs(out, &lines)?;
    if !said.events.is_empty() {
        writeln!(out)?;
        let cells = |it: &Line| {
            let shown = it.event_type.escape_debug().to_string();
            vec![
                it.index.to_string(),
                it.stream.clone(),
                it.version.to_string(),
                shown,
                it.recorded_at.clone(),
            ]
        };
        let header = ["INDEX ", "STREAM", "VERSION ", "TYPE", "RECORDED"];
        crate::reading::table(out, &header, said.events.iter().map(cells))?;
    }
    Ok(writeln!(out, "\nverified: it holds")?)
}
