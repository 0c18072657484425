//! `fundflow quote`: what an order would come to, to the cent, and why. Nothing is ordered or stored.
//!
//! ```text
//! flags ─┐
//! file  ─┴─► one set of values ─► domain arithmetic ─► answer { fields, explain } ─► table | json
//! fund  ────► terms of the catalogue fill what neither gave
//! store ────► wallets, quotas, plans, sagas: the saga's own decision, appended nowhere
//! ```
//!
//! 1. A flag goes before the file, the file before the fund's terms. A file has the flags' names as
//!    keys and the flags' values as strings: `amount = "10000"`, `lot = ["3000@400d"]`.
//! 2. Exit 0: quoted. 1: the order would be refused. 2: a value is wrong or missing; the message
//!    names it and what is allowed.
//! 3. JSON is one object whose numbers are strings, so that no reader's floats can touch them.

mod ahead;
mod answer;
mod args;
mod by_folder;
mod conversion;
mod money_fund;
mod purchase;
mod redemption;
mod terms;
mod values;

use crate::{
    reading::{Errors, unwritten},
    registry::Registry,
    safe,
};
use ahead::Asking;
use answer::{Answer, Failure, REFUSED};
use args::{Format, QuoteCommand as Q};
use fundflow_infrastructure::{
    catalogue, files,
    utf8::{self, NotUtf8},
};
use serde::de::DeserializeOwned;
use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

pub(crate) use args::QuoteCommand;

/// Bytes of a file with a question.
const MOST: u64 = 1 << 20;

/// Quotes on standard output.
pub(crate) async fn run(registry: &Registry, store: &Path, command: QuoteCommand) -> ExitCode {
    let format = command.output();
    let answer = answer(&Asking { registry, store }, command).await;
    let (mut out, mut err) = (safe::output(format == Format::Json), Errors::default());
    let said = say(answer, format, &mut out, &mut err);
    drop(err);
    said.map_or_else(|error| unwritten(&error, ExitCode::SUCCESS), ExitCode::from)
}

/// Says it to any two outputs, and returns the exit code.
fn say(
    answer: Result<Answer, Failure>,
    format: Format,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    match answer {
        Ok(answer) => {
            answer.print(format, out)?;
            let Some(why) = answer.refusal() else { return Ok(0) };
            writeln!(err, "error: {why}")?;
            Ok(REFUSED)
        }
        Err(failure) => {
            writeln!(err, "error: {failure}")?;
            Ok(failure.exit_code())
        }
    }
}

async fn answer(asking: &Asking<'_>, command: QuoteCommand) -> Result<Answer, Failure> {
    match command {
        Q::Purchase(args) => {
            purchase::purchase(&with_file(args, |it| &it.file, args::Purchase::or)?)
        }
        Q::Subscribe(args) => {
            purchase::subscribe(&with_file(args, |it| &it.file, args::Subscribe::or)?)
        }
        Q::Redeem(args) => redemption::redeem(&with_file(args, |it| &it.file, args::Redeem::or)?),
        Q::Convert(args) => {
            conversion::convert(&with_file(args, |it| &it.file, args::Convert::or)?)
        }
        Q::Income(args) => money_fund::income(&with_file(args, |it| &it.file, args::Income::or)?),
        Q::Yield(args) => {
            money_fund::seven_day_yield(&with_file(args, |it| &it.file, args::Yield::or)?)
        }
        Q::Withdraw(args) => {
            ahead::withdraw(asking, &with_file(args, |it| &it.file, args::Withdraw::or)?).await
        }
        Q::FastWithdraw(args) => {
            let args = with_file(args, |it| &it.file, args::Withdraw::or)?;
            ahead::fast_withdraw(asking, &args).await
        }
        Q::DiscountPurchase(args) => {
            ahead::discount(asking, &with_file(args, |it| &it.file, args::DiscountPurchase::or)?)
                .await
        }
        Q::Plan(args) => {
            ahead::plan(asking, &with_file(args, |it| &it.file, args::Plan::or)?).await
        }
        Q::Cancel(args) => {
            ahead::cancel(asking, &with_file(args, |it| &it.file, args::Cancel::or)?).await
        }
    }
}

fn with_file<A: DeserializeOwned>(
    args: A,
    file: fn(&A) -> &Option<std::path::PathBuf>,
    or: fn(A, A) -> A,
) -> Result<A, Failure> {
    match file(&args).as_deref() {
        Some(path) => read(path).map(|from_file| or(args, from_file)),
        None => Ok(args),
    }
}

fn read<A: DeserializeOwned>(path: &Path) -> Result<A, Failure> {
    let bad = |problem| Failure::File { path: path.to_owned(), problem };
    let bytes = files::read(path, MOST).map_err(|error| bad(error.to_string()))?;
    let text = utf8::text(&bytes).map_err(|wrong| {
        let NotUtf8 { line, key, value } = &wrong;
        let of = if key.is_empty() { String::new() } else { format!(": {key} {value}") };
        bad(format!("line {line}{of}: {wrong}"))
    })?;
    if !text.is_empty() && !text.ends_with(['\n', '\r']) {
        let problem = "it ends within its last line, which may be half written; complete it and end it with a \
                       line break";
        return Err(Failure::File { path: path.to_owned(), problem: problem.to_owned() });
    }
    let read = toml::from_str(text).map_err(|error| {
        let problem = error.to_string().trim_end().to_owned();
        Failure::File { path: path.to_owned(), problem }
    })?;
    let name = path.display().to_string();
    catalogue::plain_numbers(&name, text).map_err(|error| {
        let place = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let of = if error.key.is_empty() { String::new() } else { format!("{}: ", error.key) };
        bad(format!("{place}{of}{}", error.problem))
    })?;
    Ok(read)
}
