//! What is found in the log and in the files: the batch, what went out, prices, what was read.

use crate::{
    followed::Batch,
    jobs::{Jobs, NOT_READ, not_yet, unknown},
    place::{READ, index},
};
use fundflow_domain::{
    fund::{FundKind, FundTerms},
    orders::Cause,
};
use fundflow_infrastructure::exchange::index::{IndexError, IndexFile};
use fundflow_kernel::{counted::counted, loaded::with_sources, store::EventStore};
use fundflow_sagas::{
    house::House,
    ports::day_jobs::{Figures, FileFigure, FileHash, FileTitle, JobCall, JobStand},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

impl<S: EventStore> Jobs<S> {
    pub(crate) fn sent(&self, call: &JobCall, batch: &Batch) -> Result<JobStand, Cause> {
        let directories = self.place.directories((call.t, &call.registrar), batch);
        each(&directories, |directory| {
            let out = directory.join("out");
            match index(&out)? {
                Some(path) => whole(&path),
                None => Ok(not_yet("no_index", format!("no index is in {}", out.display()))),
            }
        })
    }

    /// Of the funds of its batch those whose price of T is out on the evening of T: whoever confirms later than
    /// on the next day is priced later, too.
    pub(crate) fn prices(&self, call: &JobCall, batch: &Batch) -> JobStand {
        let House { funds, navs, calendar, .. } = &self.place.house;
        let day = call.t.date();
        let next = calendar.plus(call.t, 1).ok();
        let due = |terms: &FundTerms| {
            let by = terms.confirmed_by(calendar, call.t).ok();
            terms.kind != FundKind::Money && by.is_some() && by == next
        };
        let wanted =
            batch.funds.iter().filter(|fund| funds(**fund, day).is_some_and(|it| due(&it)));
        let (there, missing): (Vec<_>, Vec<_>) =
            wanted.partition(|fund| navs(**fund, day).is_some());
        if missing.is_empty() {
            return JobStand::Done(Figures::counting(there.len() as u64));
        }
        let missing: Vec<String> = missing.into_iter().map(ToString::to_string).collect();
        not_yet("no_price", format!("no price of {day} is known of {}", missing.join(", ")))
    }

    /// Of every distributor that has orders in the batch, and whatever the registrar sent unasked: what it forces on
    /// accounts, and dividends.
    pub(crate) fn read(&self, call: &JobCall, batch: &Batch) -> Result<JobStand, Cause> {
        let mut directories = self.place.directories((call.t, &call.registrar), batch);
        if directories.is_empty() {
            directories = self.place.answered((call.t, &call.registrar))?;
        }
        each(&directories, answered)
    }
}

/// The figures of all directories, or what the first lacks that is not as it should be.
fn each(
    directories: &BTreeSet<PathBuf>,
    look: impl Fn(&Path) -> Result<JobStand, Cause>,
) -> Result<JobStand, Cause> {
    let mut figures = Figures::default();
    for directory in directories {
        match look(directory)? {
            JobStand::Done(done) => {
                figures.count += done.count;
                figures.files.extend(done.files);
            }
            lacking => return Ok(lacking),
        }
    }
    Ok(JobStand::Done(figures))
}

fn answered(directory: &Path) -> Result<JobStand, Cause> {
    let into = directory.join("in");
    let Some(path) = index(&into)? else {
        let text = format!(
            "no index is in {}: the registrar has not sent its answers; ask it for them",
            into.display()
        );
        return Ok(not_yet("no_index", text));
    };
    let stand = whole(&path)?;
    if directory.join(READ).is_file() || !matches!(stand, JobStand::Done(_)) {
        return Ok(stand);
    }
    let text = format!("the files of {} are there, and nobody has read them", into.display());
    Ok(not_yet(NOT_READ, text))
}

pub(crate) fn sealed(call: &JobCall, batch: &Batch) -> Result<JobStand, Cause> {
    if batch.unsealed > 0 {
        let orders = counted(batch.unsealed, "application", "applications");
        let text = format!("{orders} of {} with registrar {}: in no batch", call.t, call.registrar);
        return Ok(not_yet("not_sealed", text));
    }
    let figures = batch.sealed.clone();
    let figures =
        figures.ok_or_else(|| Cause::new("sum", "the sum of the batch is out of range"))?;
    Ok(JobStand::Done(figures))
}

/// The files that an index names, each whole.
fn whole(index: &Path) -> Result<JobStand, Cause> {
    let set = match IndexFile::open_complete(index) {
        Ok(set) => set,
        Err(error @ IndexError::Missing { .. }) => {
            let text =
                format!("{}: {error}; ask the registrar for what is missing", index.display());
            return Ok(not_yet("files_missing", text));
        }
        Err(error) => {
            let text = format!(
                "{}; have the file sent again, put it in its place, and `fundflow day-cut retry`",
                with_sources(&error)
            );
            return Ok(JobStand::Refused(Cause::new("files_damaged", text)));
        }
    };
    let mut figures = Figures::default();
    for report in &set.reports {
        figures.count += report.records;
        let name = Path::new(&*report.file).file_name().and_then(|name| name.to_str());
        figures.files.push(file(name.unwrap_or_default(), report.sha256, report.records)?);
    }
    Ok(JobStand::Done(figures))
}

pub(crate) fn file(name: &str, sha256: [u8; 32], records: u64) -> Result<FileFigure, Cause> {
    let name = FileTitle::new(name).map_err(|error| unknown("file_name", &error))?;
    Ok(FileFigure { name, sha256: FileHash(sha256), records })
}
