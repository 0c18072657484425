//! Finds the house of a seed that fails, and takes out of its play whatever it fails without.

use super::{
    ShrinkArgs,
    houses::{self, Stage},
    unwritten,
};
use crate::{
    args::Format,
    reading::{Failure, complain, json, quoted},
};
use fundflow_simulation::{
    days::{
        Plan,
        shrink::{Shrunk, shrink as smaller},
    },
    town,
};
use std::{fmt::Write as _, io::Write, process::ExitCode};

/// Does what was typed.
pub(super) fn shrink(
    args: &ShrinkArgs,
    stage: Stage,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let plans = args.play.plans(args.seed)?;
    let seen = houses::play(&plans, args.play.threads.max(1), stage)?;
    let Some((plan, _)) = seen.failed else {
        let what = format!("nothing fails in {} of seed {}", plans.len(), args.seed);
        return Err(Failure::NotFound(what));
    };
    let mut last = usize::MAX;
    let progress = |plan: &Plan, tried: usize| {
        let left = plan.moments.as_ref().map_or(usize::MAX, std::collections::BTreeSet::len);
        if left < last {
            last = left;
            complain(&format!("after {tried} plays: it fails with {left} requests\n"));
        }
    };
    let shrunk = smaller(&plan, stage, args.tries, progress);
    let shrunk = shrunk.map_err(|what| Failure::Engine(what.to_owned()))?;
    if format == Format::Json {
        json(out, &shrunk.plan)?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = file(&shrunk)?;
    match &args.to {
        Some(to) => {
            fundflow_infrastructure::files::replace(to, text)
                .map_err(|error| unwritten(to, &error))?;
            writeln!(out, "play it again: fundflow sim run --plan {}", quoted(to))?;
        }
        None => out.write_all(text.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The plan as it is read again, with what is in it in words.
fn file(shrunk: &Shrunk) -> Result<String, Failure> {
    let Shrunk { plan, fallen, tried } = shrunk;
    let mut text = String::from("# `fundflow sim run --plan FILE` plays this again.\n");
    let _ = writeln!(text, "# Found in {tried} plays. At {}: {}", fallen.at, fallen.truth);
    fallen.what.lines().for_each(|line| {
        let _ = writeln!(text, "#   {line}");
    });
    let days = town::days(plan).map_err(|error| Failure::Calendar(error.to_string()))?;
    let moments = days.moments.iter().enumerate().filter(|(at, _)| plan.has(*at));
    for (at, moment) in moments {
        let _ = writeln!(text, "# moment {at}: {} {}", moment.at, moment.words);
    }
    let plan = plan.to_toml().map_err(Failure::Engine)?;
    Ok(text + &plan)
}
