//! What is remembered of differences, one case at a time: whoever keeps it in a table goes on from there, and need not
//! read the log from its start.

use super::{
    Differences,
    differences::{Known, Standing},
};
use crate::case::CaseId;
use serde::{Deserialize, Serialize};

/// Everything about one case, and about the record that has its name. It serves only the program that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The case that it is about.
    pub case: CaseId,
    standing: Option<Standing>,
    corrected_by: Option<CaseId>,
    corrects: bool,
    replaced_by: Option<CaseId>,
    record: Option<Known>,
}

impl Differences {
    /// Everything about the cases of which something changed since the last call.
    pub fn take_changed(&mut self) -> Vec<Remembered> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|case| self.remembered(case)).collect()
    }

    /// Puts back what was remembered of one case.
    pub fn recall(&mut self, remembered: Remembered) {
        let Remembered { case, standing, corrected_by, corrects, replaced_by, record } = remembered;
        self.cases.extend(standing.map(|it| (case, it)));
        self.corrected.extend(corrected_by.map(|it| (case, it)));
        self.corrections.extend(corrects.then_some(case));
        self.replaced.extend(replaced_by.map(|it| (case, it)));
        self.records.extend(record.map(|it| (case, it)));
    }

    fn remembered(&self, case: CaseId) -> Remembered {
        Remembered {
            case,
            standing: self.cases.get(&case).copied(),
            corrected_by: self.corrected.get(&case).copied(),
            corrects: self.corrections.contains(&case),
            replaced_by: self.replaced.get(&case).copied(),
            record: self.records.get(&case).cloned(),
        }
    }
}
