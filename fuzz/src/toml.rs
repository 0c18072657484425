// What must hold for any TOML: reading it as funds, as a scenario, or as a simulation's plan does not panic, and a
// plan that was accepted is written and read back as the same.

use std::collections::BTreeMap;

use fundflow_infrastructure::{catalogue::Files, sandbox::scenario::Scenario};
use fundflow_simulation::days::Plan;

/// Whether anything took it; panics if a promise is broken.
pub(crate) fn toml(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    // A fund names others that it converts into: it stands in the place of a shipped one.
    let files = Files::of(&BTreeMap::from([("000730.toml".to_owned(), text.to_owned())]));
    let mut taken = files.beside_shipped().catalogue().is_ok() | Scenario::from_toml(text).is_ok();
    if let Ok(plan) = Plan::from_toml(text) {
        let written = plan.to_toml().expect("a plan can be written");
        assert_eq!(Plan::from_toml(&written), Ok(plan), "not the same plan");
        taken = true;
    }
    taken
}
