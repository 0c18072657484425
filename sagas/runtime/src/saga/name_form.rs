//! Names of transactions that are given by the house itself, and by no caller.

use fundflow_kernel::ids::TransactionId;

/// A form that such names have.
#[derive(Debug, Clone, Copy)]
pub struct NameForm {
    /// What a name of that form stands for, with the form, as a refusal says it: `of a plan's date (...)`.
    pub of: &'static str,
    /// Whether a name has that form.
    pub has: fn(&TransactionId) -> bool,
}

impl NameForm {
    /// The first of those forms that the name has.
    pub fn among<'a>(forms: &'a [Self], name: &TransactionId) -> Option<&'a Self> {
        forms.iter().find(|form| (form.has)(name))
    }
}
