//! The channel's statements: a file for each natural day from T until the next trading day, once its registrars have
//! answered.
//!
//! ```text
//! statements/2026-02-12/channel.csv
//! ```
//!
//! What is there already stays as it is, whoever wrote it.

use super::{Trouble, play::Play};
use chrono::NaiveDate;
use fundflow_domain::calendar::TradingDay;
use fundflow_infrastructure::{files, sandbox::channel::Movement};
use fundflow_kernel::clock::Clock as _;
use std::io;

const HEADING: &str = "date,time,number,serial,direction,amount,status\n";

/// Writes those of the days that are over.
pub(super) fn write<S>(play: &Play<S>, t: TradingDay) -> Result<(), Trouble> {
    let now = play.table.clock.now();
    let days = std::iter::successors(Some(t.date()), NaiveDate::succ_opt);
    for day in days.take_while(|day| *day < now.date()) {
        let movements = play.with.sandbox.channel.statement(day, now);
        let directory = play.with.base.join("statements").join(day.to_string());
        let failed = |source| Trouble::Directory { path: directory.clone(), source };
        play.make(&directory)?;
        let (path, text) = (directory.join("channel.csv"), text(&movements));
        // A person's own file, or one that a person changed, is not written over.
        match files::open_itself(&path) {
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Trouble::Directory { path, source }),
        }
        files::replace(&path, text).map_err(failed)?;
    }
    Ok(())
}

fn text(movements: &[Movement]) -> String {
    let line = |it: &Movement| {
        let Movement { no, serial, is_in, amount, at } = it;
        let direction = if *is_in { "in" } else { "out" };
        let (date, time) = (at.date(), at.time_of_day().format("%H:%M:%S"));
        format!("{date},{time},{no},{serial},{direction},{amount},done\n")
    };
    std::iter::once(HEADING.to_owned()).chain(movements.iter().map(line)).collect()
}
