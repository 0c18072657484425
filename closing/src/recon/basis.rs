//! What a reconciliation is of: the bytes that it reads, the rules, and what is looked up of funds, days and registrars.
//!
//! What was put aside of another basis is of no use. The log belongs to it as far as our side is read from it: a case that
//! is opened, or a day-cut that asks again, changes none of its rows.

use super::{ReconError, gather::Around, positions::Until};
use fundflow_domain::{
    advance::Advances, application::Applications, decider::Decider as _, holdings::Holdings,
    payment::Payments, payout::Payouts, wallet::Wallet,
};
use fundflow_infrastructure::exchange::index::IndexFile;
use fundflow_kernel::store::{EventStore as _, Position};
use fundflow_sagas::ports::day_jobs::FileHash;
use sha2::{Digest as _, Sha256};
use std::{
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

/// Changes whenever rows, marks or what is remembered are put aside in another form.
const FORM: &str = "1";

/// Events that are looked at at once.
const PAGE: u32 = 1024;

/// Whose events our side is read from.
const OURS: [&str; 6] = [
    Applications::CATEGORY,
    Payments::CATEGORY,
    Payouts::CATEGORY,
    Advances::CATEGORY,
    Wallet::CATEGORY,
    Holdings::CATEGORY,
];

/// The name of the basis: a hash of all that belongs to it but the log.
pub(super) async fn basis(
    around: &Around<'_>,
    statements: &[PathBuf],
) -> Result<String, ReconError> {
    let day = around.day;
    let mut hash = Sha256::new();
    let mut says = |text: String| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    says(format!("{FORM} {} {}", env!("CARGO_PKG_VERSION"), day.date));
    says(format!("{:?}", day.rules));
    says(format!("{:?} {}", around.registrars, around.distributor));
    for answered in &around.answered {
        says(format!("{} {}", answered.registrar, answered.distributor));
        says(hashed(&answered.index)?);
        let set = IndexFile::open_complete(&answered.index);
        for report in set.map_err(|error| ReconError::of(&error))?.reports {
            says(format!("{} {}", report.file, FileHash(report.sha256)));
        }
    }
    for statement in statements {
        says(format!("{} {}", statement.display(), hashed(statement)?));
    }
    for fund in day.place.funds.iter() {
        let Some(known) = (around.house.funds)(*fund, day.date) else { continue };
        let nav = (around.house.navs)(*fund, day.date);
        says(format!("{fund} {known:?} {nav:?}"));
    }
    if let Some(t) = around.t {
        let calendar = &around.house.calendar;
        let (before, next) = (calendar.before(t), calendar.plus(t, 1));
        says(format!("{:?} {:?}", before.map(|it| calendar.cut_off(it)), next));
        says(format!("{:?}", Until::of(around, t).await?.heard));
    }
    Ok(FileHash(hash.finalize().into()).to_string())
}

/// Whether nothing of our side is behind that position of the log.
pub(super) async fn is_still(around: &Around<'_>, head: u64) -> Result<bool, ReconError> {
    let mut at = Position(head);
    loop {
        let page = around.day.store.read_all(at, PAGE).await?;
        let Some(last) = page.last() else { return Ok(true) };
        at = last.position;
        if page.iter().any(|event| OURS.contains(&event.stream.category())) {
            return Ok(false);
        }
    }
}

fn hashed(path: &Path) -> Result<String, ReconError> {
    let failed = |error: io::Error| {
        ReconError::Refused(format!("{} cannot be read: {error}", path.display()))
    };
    let mut hash = Sha256::new();
    let mut file = BufReader::new(fundflow_infrastructure::files::open(path).map_err(failed)?);
    loop {
        let bytes = file.fill_buf().map_err(failed)?;
        let read = bytes.len();
        if read == 0 {
            break;
        }
        hash.update(bytes);
        file.consume(read);
    }
    Ok(FileHash(hash.finalize().into()).to_string())
}
