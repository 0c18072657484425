//! Names that only one kind of request may have.

use fundflow_domain::ids::{PlanId, TransactionId};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::saga::Saga;

/// The kind of saga that a plan is.
const PLAN: &str = "regular_plan";

/// Refuses a name of the form `{plan}.{yyyymmdd}`, whether there is such a plan or not: one that is opened
/// later would find the names of its dates taken, and its purchases would be lost to it.
///
/// # Errors
/// The saga's own refusal of a key that belongs to another.
pub fn no_occurrence<S: Saga>(id: &TransactionId) -> Result<(), S::Refusal> {
    let Some((plan, _)) = PlanId::of_occurrence(id) else { return Ok(()) };
    let Ok(plan) = TransactionId::new(plan.as_str()) else { return Ok(()) };
    Err(S::taken(&StreamName::of(PLAN, id), PLAN, &plan))
}
