//! A log in which one field of one event says something else, and whose links hold.

use crate::planted::seal;
use fundflow_kernel::envelope::Recorded;
use serde_json::Value;

/// The log in which the first event of that type says something else in that place, and is sealed again.
pub(crate) fn with(log: &[Recorded], event_type: &str, path: &str, says: &str) -> Vec<Recorded> {
    let mut log = log.to_vec();
    let event = log.iter_mut().find(|it| it.event.event_type == event_type).unwrap();
    let mut said: Value = serde_json::from_str(&event.event.data).unwrap();
    let at = said.pointer_mut(path).unwrap();
    assert_ne!(*at, Value::from(says));
    *at = says.into();
    event.event.data = said.to_string().into();
    seal(&mut log);
    log
}
