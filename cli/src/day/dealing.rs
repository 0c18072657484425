//! What a played day knows of its distributors and investors, for the jobs that seal, send and read; and what these say.

use super::{days::have_answered, play::Play, table::Table};
use fundflow_closing::{Dealing, Remark};
use fundflow_infrastructure::day_folder::{Day, Problem};
use fundflow_kernel::clock::Clock as _;
use std::sync::{Arc, Mutex, PoisonError};

/// What the jobs have said and nobody has taken up.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<Remark>>>);

/// What was done of a batch or of answers since somebody asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    /// A file of applications was made.
    pub(super) is_written: bool,
    /// Applications went out.
    pub(super) is_sent: bool,
    /// Answers were read.
    pub(super) is_read: bool,
}

/// By the folder of that day, and at its hours.
pub(super) fn of((day, table): (&Arc<Day>, &Table), heard: &Heard) -> Dealing {
    let (calendar, clock) = (table.house.calendar.clone(), table.clock.clone());
    let (filing, customers, accounts) = (day.clone(), day.clone(), day.clone());
    let heard = heard.clone();
    Dealing {
        distributors: day.settings.distributors().cloned().collect(),
        filing: Arc::new(move |code| filing.settings.filing_of(code.as_str())),
        customers: Arc::new(move |id| {
            customers.investors.get(id).map(|it| it.profile.customer_type)
        }),
        accounts: Arc::new(move |id| {
            accounts.investors.get(id).map(|it| it.profile.account.clone())
        }),
        may_read: Arc::new(move |t| have_answered(&calendar, t, clock.now())),
        hears: Arc::new(move |remark| {
            heard.0.lock().unwrap_or_else(PoisonError::into_inner).push(remark);
        }),
    }
}

impl<S> Play<S> {
    /// Takes up what the jobs have said: lines of the report.
    pub(super) fn take_remarks(&mut self) -> Done {
        let mut done = Done::default();
        let said =
            std::mem::take(&mut *self.heard.0.lock().unwrap_or_else(PoisonError::into_inner));
        for remark in said {
            match remark {
                Remark::Written(path) => {
                    done.is_written = true;
                    self.written.push(path);
                }
                Remark::Sent => done.is_sent = true,
                Remark::Read => done.is_read = true,
                // A set that is not whole is looked at whenever its day-cut asks.
                Remark::Look(text) => {
                    if !self.remarks.contains(&text) {
                        self.remarks.push(text);
                    }
                }
                Remark::NotFollowed(problem) => {
                    let problem = not_followed(problem);
                    if !self.mistakes.contains(&problem) {
                        self.mistakes.push(problem);
                    }
                }
            }
        }
        done
    }
}

fn not_followed(problem: String) -> Problem {
    let (file, field, value) = ("file 05".to_owned(), String::new(), String::new());
    Problem { file, line: None, field, value, problem }
}
