//! What is to happen is said by environment variables; these are they.

/// The directory that is modelled. Without it, nothing is.
pub(crate) const DIRECTORY: &str = "FUNDFLOW_DISK_DIRECTORY";
/// The disk's directory; `tree` in it is what there is after a cut.
pub(crate) const DISK: &str = "FUNDFLOW_DISK";
/// The sync of this process, counted from 1, that fails.
pub(crate) const FAIL: &str = "FUNDFLOW_DISK_FAIL";
/// The sync before which the power is cut.
pub(crate) const CUT_BEFORE: &str = "FUNDFLOW_DISK_CUT_BEFORE";
/// The sync after which the power is cut, before anybody hears that it is done.
pub(crate) const CUT_AFTER: &str = "FUNDFLOW_DISK_CUT_AFTER";
/// What is drawn of the unsynced follows from this number. Without it, none of it reaches the disk.
pub(crate) const TORN: &str = "FUNDFLOW_DISK_TORN";
/// The exit code of a process whose power was cut.
pub(crate) const CUT_CODE: i32 = 86;
