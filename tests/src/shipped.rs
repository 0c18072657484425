//! The sagas that are shipped, in the ready-made house: what documents and audits are made of.

use crate::worlds::discount_purchase;
use fundflow_runtime::kind::{Kind, Of};
use std::sync::Arc;

/// Every kind, in the order in which documents show them.
pub fn kinds() -> Vec<Arc<dyn Kind>> {
    vec![Arc::new(Of(Arc::new(discount_purchase())))]
}
