//! How far a day has got, on the error output and never on the output.
//!
//! ```text
//! Play ── Moment ──► Progress ──┬─► Bar     on a terminal
//!                               ├─► Lines   into a pipe, a file, a service's journal
//!                               └─► Hidden  with --no-progress
//! ```
//!
//! 1. Lines speak of virtual time: the same day on a new store prints the same lines.
//! 2. A day of a million requests has not many more lines than one of fifty: requests are counted by
//!    tenths, and each job of the day has a line.
//! 3. Whoever closed the error output does not stop the day.

use crate::log;
use fundflow_domain::{calendar::TradingDay, time::Timestamp};
use fundflow_kernel::counted::counted;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal as _, Write};

/// Requests are counted so many times in a day.
const PARTS: usize = 10;

/// A job of the day that has just been done, with the T of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    /// The batch was sealed and sent to the registrar.
    Sent(TradingDay),
    /// The prices of T were published.
    Priced(TradingDay),
    /// The registrar worked through the batch.
    Worked(TradingDay),
    /// The registrar's answers were read.
    Answered(TradingDay),
    /// Nothing moves any more; so many events are about to be verified.
    Settled { events: u64 },
}

/// Where a day stands after something of it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    /// Things of the agenda that are done, of how many.
    pub(super) done: u64,
    pub(super) of: u64,
    /// Requests that were made of the engine, of how many.
    pub(super) made: usize,
    pub(super) requests: usize,
    /// What was done, when it was a job of the day.
    pub(super) job: Option<Job>,
}

/// Output of the progress line.
pub(super) enum Progress<W> {
    Hidden,
    Bar(ProgressBar),
    Lines(Lines<W>),
}

impl Progress<io::Stderr> {
    /// A bar on a terminal, lines elsewhere.
    pub(super) fn on_stderr(hidden: bool) -> Self {
        if hidden {
            return Self::Hidden;
        }
        if log::is_json() || !io::stderr().is_terminal() {
            return Self::Lines(Lines { is_json: log::is_json(), ..Lines::to(io::stderr()) });
        }
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(0).with_style(style);
        log::around(Some(bar.clone()));
        Self::Bar(bar)
    }
}

impl<W: Write> Progress<W> {
    pub(super) fn show(&mut self, moment: &Moment) {
        match self {
            Self::Hidden => {}
            Self::Bar(bar) => {
                bar.set_length(moment.of);
                bar.set_position(moment.done);
                bar.set_message(moment.now.to_string());
            }
            Self::Lines(lines) => lines.show(moment),
        }
    }

    /// Takes the bar away; lines stay where they are.
    pub(super) fn finish(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
            log::around(None);
        }
    }
}

/// A line per job, and one for each further tenth of the requests.
pub(super) struct Lines<W> {
    out: W,
    parts: usize,
    /// Each is an object.
    is_json: bool,
}

impl<W: Write> Lines<W> {
    pub(super) fn to(out: W) -> Self {
        Self { out, parts: 0, is_json: false }
    }

    fn show(&mut self, moment: &Moment) {
        let Moment { now, made, requests, job, .. } = moment;
        let parts = made.saturating_mul(PARTS).checked_div(*requests).unwrap_or_default();
        if parts > self.parts {
            self.parts = parts;
            self.line(
                *now,
                &format!("{made} of {} made", counted(*requests, "request", "requests")),
            );
        }
        if let Some(job) = job {
            self.line(*now, &words(*job));
        }
    }

    fn line(&mut self, now: Timestamp, what: &str) {
        let (date, time) = (now.date(), now.time_of_day().format("%H:%M"));
        // A closed error output is no reason to stop.
        let line = format!("{date} {time}  {what}\n");
        let line = if self.is_json { log::objects(&line) } else { line };
        let _ = self.out.write_all(line.as_bytes());
    }
}

fn words(job: Job) -> String {
    match job {
        Job::Sent(t) => format!("the batch of {} is sealed and sent", t.date()),
        Job::Priced(t) => format!("prices of {} are published", t.date()),
        Job::Worked(t) => format!("the registrar has worked through the batch of {}", t.date()),
        Job::Answered(t) => format!("the registrar's answers for {} are read", t.date()),
        Job::Settled { events } => {
            format!("nothing moves any more; verifying {}", counted(events, "event", "events"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u32) -> Timestamp {
        format!("2026-02-12T10:{minute:02}:00+08:00").parse().unwrap()
    }

    fn after(made: usize, requests: usize) -> Moment {
        let minute = u32::try_from(made.min(59)).unwrap();
        Moment { now: at(minute), done: 1, of: 9, made, requests, job: None }
    }

    fn shown(moments: &[Moment]) -> String {
        let mut progress = Progress::Lines(Lines::to(Vec::new()));
        for moment in moments {
            progress.show(moment);
        }
        let Progress::Lines(Lines { out, .. }) = progress else { panic!("lines stay lines") };
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_tenth_of_the_requests_is_a_line_and_less_is_none() {
        let moments = [after(9, 100), after(10, 100), after(19, 100), after(45, 100)];

        assert_eq!(
            shown(&moments),
            "2026-02-12 10:10  10 of 100 requests made\n\
             2026-02-12 10:45  45 of 100 requests made\n"
        );
    }

    #[test]
    fn many_requests_have_ten_lines() {
        let moments: Vec<_> = (0..=1_000_000).step_by(137).map(|n| after(n, 1_000_000)).collect();
        let end = after(1_000_000, 1_000_000);

        assert_eq!(shown(&[moments.as_slice(), &[end]].concat()).lines().count(), 10);
    }

    #[test]
    fn a_day_without_requests_still_shows_its_jobs() {
        let job = Some(Job::Settled { events: 0 });

        assert_eq!(
            shown(&[after(0, 0), Moment { job, ..after(0, 0) }]),
            "2026-02-12 10:00  nothing moves any more; verifying 0 events\n"
        );
    }
}
