//! Whoever does not get what was asked for reads why.

use fundflow_kernel::envelope::NewEvent;

/// Endings with less than was asked for.
const LESS: [&str; 4] = ["rolled_back", "compensated", "kept_in_wallet", "stopped"];

/// Such an ending says its cause, whatever has led to it.
pub(crate) fn is_said(event: &NewEvent) {
    let ending = event.event_type.rsplit_once('.').map_or("", |(_, name)| name);
    let said = event.data.contains("\"cause\":{") && !event.data.contains("\"text\":\"\"");
    assert!(
        !LESS.contains(&ending) || said,
        "{} without a reason: {}",
        event.event_type,
        event.data
    );
}
