//! `fundflow audit verify-bundle`: what a bundle says is checked without a store.

use super::{
    failed,
    heads::{Keys, bytes_of},
};
use crate::{
    args::Format,
    reading::{Failure, complain, json, pairs},
};
use clap::Args;
use fundflow_kernel::counted::counted;
use fundflow_proofs::{BUNDLE_MAX, Bundle, Proven};
use serde::Serialize;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A bundle, and what it is held against.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// The bundle, as `audit prove` wrote it
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// A head that was kept elsewhere, and must be one of those in the bundle
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
        match args.keys.check(head) {
            Ok(unknown) => {
                for key in unknown {
                    complain(&format!(
                        "{name}: the signature of {key} is not checked; no key of it is given\n"
                    ));
                }
            }
            Err(refused) => return Ok(failed(&format!("{name}: {refused}"))),
        }
    }
    if let Some(refused) = against(&args.heads, &bundle)? {
        return Ok(failed(&refused));
    }
    let said = said(&bundle, args.heads.len());
    match format {
        Format::Json => json(out, &said)?,
        Format::Table => print(&said, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What does not fit a head that was given. Its signatures are its giver's matter.
fn against(files: &[PathBuf], bundle: &Bundle) -> Result<Option<String>, Failure> {
    for file in files {
        let read = |path: &Path| {
            fundflow_proofs::SignedHead::read(&bytes_of(path, fundflow_proofs::HEAD_MAX)?)
                .map_err(|refused| Failure::Engine(refused.to_string()))
        };
        let given = match read(file) {
            Ok(given) => given,
            Err(Failure::Engine(refused)) => {
                return Ok(Some(format!("{}: {refused}", file.display())));
            }
            Err(failure) => return Err(failure),
        };
        if !bundle.heads().iter().any(|head| head.head == given.head) {
            let sizes: Vec<_> =
                bundle.heads().iter().map(|it| it.head.tree.size.to_string()).collect();
            let what = "it is no head of the bundle; `fundflow audit prove --from … --to …` makes the way between two heads";
            let size = given.head.tree.size;
            return Ok(Some(format!(
                "{} ({size} events; the bundle has {}): {what}",
                file.display(),
                sizes.join(" and ")
            )));
        }
    }
    Ok(None)
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
