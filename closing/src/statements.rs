//! What moved for each investor between two day-cuts, in a file: every posting once, in the file of the registrar that
//! keeps the fund; cash in that of the manager's own.
//!
//! ```text
//! investor,account,day,event,request,amount,balance
//! I-1,L:CUST:PENDING:P-1,2026-02-12,payment.paid,P-1,-100.00,-100.00
//! ```
//!
//! 1. It reaches from where the last day-cut with the registrar was posted to where this one was: both are events, so
//!    that the same file is made again.
//! 2. Lines are by account and day, whichever of two streams was written first: a day that was killed has the same file.
//! 3. Debits are positive, as in the ledger; the balance is the account's after it.

use crate::{
    jobs::{Jobs, unknown},
    place::{REPORTS, unread},
    postings::of_ledger,
};
use fundflow::runtime::process::Process;
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{calendar::TradingDay, ids::FundCode, orders::Cause};
use fundflow_infrastructure::{
    exchange::text_form::for_spreadsheet,
    files::{self, Draft},
};
use fundflow_kernel::{envelope::StreamName, loaded::with_sources, store::EventStore};
use fundflow_ledger::Movement;
use fundflow_sagas::{
    day_cut::{self, DayCut, Left},
    ports::day_jobs::{Figures, FileFigure, FileHash, FileTitle, Job, JobCall, JobStand},
};
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, io, path::Path};

const HEADER: [&str; 7] = ["investor", "account", "day", "event", "request", "amount", "balance"];

/// As the ledger names the shares of a fund, before its code.
const SHARES_OF: &str = "shares of ";

/// Hashes what is written.
struct Hashed<W> {
    into: W,
    hash: Sha256,
}

impl<W: io::Write> io::Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

/// What a file came to.
struct Made {
    investors: u64,
    lines: u64,
    sha256: [u8; 32],
}

impl<S: EventStore> Jobs<S> {
    pub(crate) async fn stated(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let until = self.posted_at(call, call.t).await?;
        let until =
            until.ok_or_else(|| Cause::new("not_posted", "this day-cut has no postings"))?;
        let before = self.place.house.calendar.before(call.t);
        let after = match before {
            Ok(before) => self.posted_at(call, before).await?.unwrap_or_default(),
            Err(_) => 0,
        };
        let directory = self.place.base.join(REPORTS).join(call.t.to_string());
        files::make_directory(&self.place.base, &directory)
            .map_err(|error| unread(&directory, &error))?;
        let name = format!("statements.{}.csv", call.registrar);
        let path = directory.join(&name);
        let made = self.make(call, (after, until), &path).await?;
        let title = FileTitle::new(name.as_str()).map_err(|error| unknown("file_name", &error))?;
        let file = FileFigure { name: title, sha256: FileHash(made.sha256), records: made.lines };
        Ok(JobStand::Done(Figures { files: vec![file], ..Figures::counting(made.investors) }))
    }

    /// Where the day-cut of that T with the registrar was posted; none where it was by no day-cut.
    pub(crate) async fn posted_at(
        &self,
        call: &JobCall,
        t: TradingDay,
    ) -> Result<Option<u64>, Cause> {
        let Some(cut) = day_cut::id(&call.registrar, t) else { return Ok(None) };
        let stream = StreamName::of(<DayCut as fundflow::runtime::saga::Saga>::KIND, &cut);
        let read = StreamFold::<Process<DayCut>>::load(&*self.store, &stream).await;
        let (fold, _) = read.map_err(|error| Cause::new("log_unread", with_sources(&error)))?;
        let open = fold.loaded.state.open();
        Ok(open.and_then(|open| match open.notes.left.get(&Job::Postings) {
            Some(Left::Done(figures)) => Some(figures.count),
            Some(Left::Skipped(_)) | None => None,
        }))
    }

    /// Writes it beside, and puts it in its place once it is whole.
    async fn make(&self, call: &JobCall, between: (u64, u64), path: &Path) -> Result<Made, Cause> {
        let ledger = self.ledger().await?;
        let failed = |error: &io::Error| unread(path, error);
        let file = Draft::of(path).map_err(|error| failed(&error))?;
        let hashed = Hashed { into: io::BufWriter::new(file), hash: Sha256::new() };
        let mut lines = csv::Writer::from_writer(hashed);
        let (mut last, mut investors, mut count) = (None, 0, 0);
        let of_csv = |error: csv::Error| Cause::new("files_unread", error.to_string());
        lines.write_record(HEADER).map_err(of_csv)?;
        let mut wrong = None;
        ledger
            .moved(between, |line: &Movement| {
                if !self.is_stated(call, line) {
                    return true;
                }
                if last.as_deref() != Some(&*line.investor) {
                    investors += 1;
                    last = Some(line.investor.clone());
                }
                count += 1;
                wrong = lines.write_record(cells(line).iter().map(|cell| cell.as_bytes())).err();
                wrong.is_none()
            })
            .map_err(|error| of_ledger(&error))?;
        if let Some(error) = wrong {
            return Err(of_csv(error));
        }
        let hashed = lines.into_inner().map_err(|error| failed(error.error()))?;
        let file = hashed.into.into_inner().map_err(|error| failed(error.error()))?;
        file.finish_synced().map_err(|error| failed(&error))?;
        Ok(Made { investors, lines: count, sha256: hashed.hash.finalize().into() })
    }

    /// Shares are in the file of the registrar that keeps the fund, everything else in the own one's.
    fn is_stated(&self, call: &JobCall, line: &Movement) -> bool {
        let fund = line.commodity.strip_prefix(SHARES_OF);
        let fund = fund.and_then(|code| code.parse::<FundCode>().ok());
        let terms = fund.and_then(|fund| (self.place.house.funds)(fund, call.t.date()));
        terms.map_or_else(
            || self.place.is_own(&call.registrar),
            |terms| self.place.keeps(&call.registrar, &terms.registrar),
        )
    }
}

/// Names may begin with a hyphen, which a spreadsheet takes for a formula.
fn cells(line: &Movement) -> [Cow<'_, str>; 7] {
    [
        for_spreadsheet(&line.investor),
        for_spreadsheet(&line.account),
        for_spreadsheet(&line.day),
        for_spreadsheet(&line.event),
        for_spreadsheet(&line.request),
        line.amount.to_string().into(),
        line.balance.to_string().into(),
    ]
}
