//! Who asks, and through whom, by the folder of a day.

use super::answer::{Failure, needed};
use crate::reading::complain;
use fundflow_domain::{
    ids::{DistributorCode, InvestorId},
    investor::InvestorProfile,
};
use fundflow_infrastructure::day_folder;
use std::path::Path;

const INVESTOR: &str = "the ID of a row of investors.csv";
const FOLDER: &str = "the folder of a day, whose investors.csv says who asks";

/// The investor of that ID, by the folder's investors.csv.
pub(super) fn profile(
    folder: Option<&Path>,
    investor: Option<&InvestorId>,
) -> Result<InvestorProfile, Failure> {
    let folder = needed(folder, "folder", FOLDER)?;
    let investor = needed(investor, "investor", INVESTOR)?;
    let (investors, problems) = day_folder::investors(folder);
    for problem in &problems {
        complain(&format!("{problem}\n"));
    }
    let known = investors.get(investor).map(|it| it.profile.clone());
    known.ok_or_else(|| Failure::NoInvestor {
        investor: investor.clone(),
        file: folder.join("investors.csv"),
    })
}

/// The distributor as the folder's orders are stored with it.
pub(super) fn distributor(
    folder: Option<&Path>,
    named: Option<&DistributorCode>,
) -> Result<Option<DistributorCode>, Failure> {
    let folder = needed(folder, "folder", FOLDER)?;
    // What is wrong with it is said where the day's terms are read.
    let Some(settings) = day_folder::settings(folder) else { return Ok(named.cloned()) };
    let known = settings.distributor_of(named.map_or("", DistributorCode::as_str));
    known.ok_or_else(|| Failure::NoDistributor {
        distributor: named.unwrap_or(&settings.distributor).clone(),
        file: folder.join("day.toml"),
        known: settings.distributors().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    })
}
