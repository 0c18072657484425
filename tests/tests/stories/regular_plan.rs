//! A plan of two dates.

use fundflow_testkit::{
    at_par::plan,
    explore::given::{asked, given, timer},
};

#[test]
fn given_a_plan_that_was_agreed_each_date_begins_a_purchase_of_its_own() {
    given(plan(2, false))
        .when(asked())
        .then_events(["regular_plan.prepared", "plan.opened"])
        .when(timer())
        .then_events(["plan.occurrence_missed"]);
}
