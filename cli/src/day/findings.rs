//! What is wrong with records of a registrar that were taken all the same: lines of the report, and a file beside the
//! answers that holds all of them.
//!
//! 1. The file is written before anything that the answers say is handed on, and again, with the same bytes, by a day
//!    that was killed before they were read to their end.

use super::{Trouble, play::Play};
use fundflow_infrastructure::{day_batch::Finding, files};
use fundflow_kernel::counted::counted;
use std::path::Path;

/// Beside the answers, where there is anything to say.
const FILE: &str = "findings.txt";
/// Lines of the report.
const SHOWN: usize = 10;

/// Names them; `answers` is the directory of the files that they are about.
pub(super) fn tell<S>(
    play: &mut Play<S>,
    answers: &Path,
    findings: &[Finding],
) -> Result<(), Trouble> {
    if findings.is_empty() {
        return Ok(());
    }
    let path = answers.with_file_name(FILE);
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let failed = |source| Trouble::Directory { path: path.clone(), source };
    files::replace(&path, lines.join("\n") + "\n").map_err(failed)?;
    let rest = lines.len().saturating_sub(SHOWN);
    play.remarks.extend(lines.into_iter().take(SHOWN));
    if rest > 0 {
        let more = counted(rest, "more finding", "more findings");
        play.remarks.push(format!("{more} in {}", path.display()));
    }
    Ok(())
}
