//! What is stored and sent, in literals: each table on its way to the target, and after a refusal at
//! each of its rows.

use crate::{stage::Stage, terms::request};
use fundflow_domain::modes::ConversionMode as Mode;

#[test]
fn a_linked_purchase_is_bought_and_converted_in_the_batch_of_one_t() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();
    assert_eq!(stage.since(0), [""], "{:#?}", stage.look());
}
